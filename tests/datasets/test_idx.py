import gzip

import numpy as np
import pytest
from idx_files import CODES, as_idx, write_folder

from sggraph.datasets.idx import read_idx, read_idx_folder


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("dtype", CODES, ids=str)
@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 0, 4), (2, 1, 3, 2), ()])
def test_what_is_written_is_read(tmp_path, dtype, shape, zipped):
    array = np.random.default_rng(0).normal(0, 50, shape).clip(0 if dtype.kind == "u" else -100, 100)
    array = np.asarray(array).astype(dtype)
    path = tmp_path / "numbers"
    path.write_bytes(gzip.compress(as_idx(array)) if zipped else as_idx(array))
    read = read_idx(path)
    np.testing.assert_array_equal(read, array)
    assert read.shape == shape
    assert read.dtype == dtype
    assert read.dtype.isnative
    assert read.flags.writeable
    np.testing.assert_array_equal(read_idx(str(path)), array)


def test_arrays_longer_than_a_chunk_are_read(tmp_path):
    array = np.random.default_rng(0).integers(0, 256, (3, 1000, 700), dtype=np.uint8)
    (tmp_path / "long.gz").write_bytes(gzip.compress(as_idx(array), 1))
    np.testing.assert_array_equal(read_idx(tmp_path / "long.gz"), array)


WHOLE = as_idx(np.arange(600, dtype=np.int32).reshape(20, 30))
DAMAGED = {
    "empty": (b"", "not an idx file"),
    "text": (b"five,7\n", "not an idx file"),
    "type": (b"\0\0\x0a\x01" + WHOLE[4:], "not an idx file.*08 09 0b 0c 0d 0e"),
    "start": (b"\1\0" + WHOLE[2:], r"not an idx file: it starts with the bytes \[01 00 0c 02\]"),
    "pickle": (b"\x80\x04K\x01.", "not an idx file"),
    "header": (WHOLE[:9], "ends within its header"),
    "short": (WHOLE[:-1], r"\(20, 30\), asks for 2,400 bytes and it holds only 2,399"),
    "long": (WHOLE + b"\0", "asks for 2,400 bytes and it holds more"),
    "boast": (b"\0\0\x0e\xff" + b"\xff" * 1020, r"holds only 0"),  # 2**8163 bytes
    "zip-short": (gzip.compress(WHOLE[:-4]), "holds only"),
    "zip-long": (gzip.compress(WHOLE + WHOLE), "holds more"),
    "zip-cut": (gzip.compress(WHOLE)[:-20], "do not unpack"),
    "zip-head": (gzip.compress(WHOLE)[:5], "do not unpack"),
    "zip-noise": (gzip.compress(WHOLE)[:12] + b"\xff" * 50, "do not unpack"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_damaged_files_are_named(tmp_path, case):
    content, message = DAMAGED[case]
    path = tmp_path / "numbers.idx"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"numbers\.idx.*{message}"):
        read_idx(path)


def test_a_bomb_is_not_unpacked_further_than_its_header_says(tmp_path):
    import tracemalloc

    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(as_idx(np.zeros(3, np.uint8)) + bytes(2**26), 1))
    tracemalloc.start()
    with pytest.raises(ValueError, match="holds more"):
        read_idx(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**24


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_idx(tmp_path / "nowhere")


@pytest.mark.parametrize("zipped", [False, True])
def test_a_folder_comes_training_part_first(tmp_path, zipped):
    images, labels = write_folder(tmp_path, zipped=zipped)
    read = read_idx_folder(tmp_path)
    np.testing.assert_array_equal(read[0], images)
    np.testing.assert_array_equal(read[1], labels)


def test_a_folder_tells_what_it_lacks(tmp_path):
    write_folder(tmp_path, zipped=True)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(FileNotFoundError, match=rf"{tmp_path.name} lacks t10k-labels-idx1-ubyte: .*without \.gz"):
        read_idx_folder(tmp_path)
    with pytest.raises(FileNotFoundError, match="nowhere is not a folder: give"):
        read_idx_folder(tmp_path / "nowhere")


def test_files_that_do_not_belong_together_are_named(tmp_path):
    write_folder(tmp_path)
    labels = tmp_path / "train-labels-idx1-ubyte"
    whole = labels.read_bytes()
    labels.write_bytes(as_idx(np.zeros(5, np.uint8)))
    with pytest.raises(ValueError, match=r"train-images-idx3-ubyte holds 6 images but .*train-labels.* 5 labels"):
        read_idx_folder(tmp_path)
    labels.write_bytes(as_idx(np.zeros(6, np.float32)))
    with pytest.raises(ValueError, match=r"train-labels-idx1-ubyte holds float32 in 1 dimensions, not uint8 in 1"):
        read_idx_folder(tmp_path)
    labels.write_bytes(whole)
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(as_idx(np.zeros((4, 5, 4), np.uint8)))
    with pytest.raises(ValueError, match=r"differ in size, \(5, 3\) and \(5, 4\)"):
        read_idx_folder(tmp_path)
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(as_idx(np.zeros((4, 5), np.uint8)))
    with pytest.raises(ValueError, match=r"t10k-images-idx3-ubyte holds uint8 in 2 dimensions, not uint8 in 3"):
        read_idx_folder(tmp_path)
