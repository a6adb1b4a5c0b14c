"""Models: configuration, training, storage and prediction."""
