import pytest

from stance.errors import OutputError
from stance.formats.cursor import Place
from stance.labelling.journal import CHECKPOINT, Checkpoint, Spool, WorkFolder


def test_a_spool_is_cut_back_to_what_is_trusted(tmp_path):
    spool = Spool(tmp_path / "s", 0)
    spool.write(b"trusted")
    spool.write(b"and more")
    spool.close()
    spool = Spool(tmp_path / "s", 7)
    spool.write(b"!")
    spool.sync()
    spool.close()
    assert (tmp_path / "s").read_bytes() == b"trusted!"
    assert spool.length == 8


def test_a_spool_that_lost_something_is_not_filled_up(tmp_path):
    (tmp_path / "s").write_bytes(b"short")
    with pytest.raises(OutputError, match=r"shorter than it was.*--force"):
        Spool(tmp_path / "s", 7)
    assert (tmp_path / "s").read_bytes() == b"short"


def test_there_is_the_old_checkpoint_or_the_new_one(tmp_path, monkeypatch):
    work = WorkFolder(tmp_path)
    assert work.checkpoint() == Checkpoint()
    work.replace(CHECKPOINT, Checkpoint(part=1))

    def failing(descriptor):
        raise OSError("no room")

    monkeypatch.setattr("os.fsync", failing)
    with pytest.raises(OSError, match="no room"):
        work.replace(CHECKPOINT, Checkpoint(part=2))
    assert work.checkpoint().part == 1


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"part": "1"}', b'{"place": {"row": "1"}}', b'{"unknown": 1}']
)
def test_a_damaged_checkpoint_is_told_of(tmp_path, content):
    (tmp_path / CHECKPOINT).write_bytes(content)
    with pytest.raises(OutputError, match=r"cannot be read.*--force"):
        WorkFolder(tmp_path).checkpoint()


def test_a_folder_is_held_by_one_run(tmp_path):
    first, second = WorkFolder(tmp_path / "w"), WorkFolder(tmp_path / "w")
    with first.held(), pytest.raises(OutputError, match="another run"), second.held():
        pytest.fail("both hold it")
    with second.held():
        assert not second.exists


def test_a_place_comes_back_as_it_was(tmp_path):
    place = Place(row=7, offset=120, header=("id", "نص"), n_bytes=64, sha256="ab" * 32)
    then = Checkpoint(n_input=3, place=place, part=1, missing=["outlet"], lengths={"rows": 9})
    WorkFolder(tmp_path).replace(CHECKPOINT, then)
    assert WorkFolder(tmp_path).checkpoint() == then
