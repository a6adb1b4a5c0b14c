"""Annotation files: what people and models say of articles, in the formats of annotation tools."""
