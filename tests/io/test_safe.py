"""io/safe.py: a file is whole or as it was, whatever happens."""

import os

import pytest

from sggraph.io.safe import remove_leftovers, replacing


def test_the_old_file_stands_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as partial:
        partial.write_text("new")
        assert partial.parent == tmp_path
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_leaves_the_old_file_and_no_rubbish(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def write_half():
        with replacing(path) as partial:
            partial.write_text("half")
            raise error

    with pytest.raises(error):
        write_half()
    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]


def test_the_move_is_one_step(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text("old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("no space")))
    with pytest.raises(OSError, match="no space"), replacing(path) as partial:
        partial.write_text("new")
    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]


def test_the_content_reaches_the_disk_before_the_name(tmp_path, monkeypatch):
    """After a power failure the name would otherwise stand for an empty file."""
    done = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *args, name=name, real=real: (done.append(name), real(*args))[1])
    with replacing(tmp_path / "a.txt") as partial:
        partial.write_text("new")
    assert done == ["fsync", "replace"]


def test_long_names(tmp_path):
    path = tmp_path / ("a" * 250)
    with replacing(path) as partial:
        partial.write_text("new")
    assert path.read_text() == "new"


def test_only_leftovers_of_the_same_file_are_removed(tmp_path):
    number = "0a" * 16
    for name in ("run[1].npz", 120 * "x" + "2.npz", 120 * "é"):
        with replacing(tmp_path / name) as partial:
            partial.write_bytes(b"whole")
            mine = partial.with_name(f"{partial.name[: -len('.part') - 32]}{number}.part")
        others = [tmp_path / f".{other}.{number}.part" for other in ("run1.npz", 120 * "x", 100 * "x")]
        for path in (mine, *others):
            path.write_bytes(b"half")
        remove_leftovers(tmp_path / name)
        assert not mine.exists()
        assert all(path.exists() for path in others)
