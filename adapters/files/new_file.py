"""In: the path of a file to make. Out: it stands there whole, or not at all. I/O: files.

What is written lies beside it under another name until it is done; a file that exists is never
touched, even when it appears meanwhile.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from energy.base.errors import RefusedError
from energy.base.system_faults import fault_of

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""What a file system says that knows no second name of a file."""
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class NewFileError(RefusedError):
    """A file exists already or cannot be written; nothing was left behind."""

    code = "file.new"


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write to; it gets its name when the block ends well.

    Args:
        path: Of the new file.

    Raises:
        NewFileError: It exists, its folder does not, there is no room, or nobody may write there.
    """
    if path.exists():
        raise NewFileError.of("new_file.exists", path=path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _name(part, path)
    except FileExistsError as error:
        raise NewFileError.of("new_file.exists", path=path) from error
    except OSError as error:
        key = "no_room" if error.errno in _NO_ROOM else "no_write"
        raise NewFileError.of(f"new_file.{key}", path=path, fault=fault_of(error)) from error
    finally:
        part.unlink(missing_ok=True)


def _name(part: Path, path: Path) -> None:
    """Give what is written its name, unless something has it.

    Raises:
        FileExistsError: Something has it.
    """
    try:
        os.link(part, path)  # unlike a rename it never overwrites
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if path.exists():
            raise FileExistsError from error
        part.replace(path)
