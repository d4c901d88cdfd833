"""What the system says of files, told in both languages."""

from __future__ import annotations

import errno

import pytest

from energy.base.system_faults import fault_of, octet_of
from energy.base.text import told


@pytest.mark.parametrize(
    ("number", "english", "chinese"),
    [
        (errno.ENOENT, "no such file or folder", "没有此文件或文件夹"),
        (errno.EACCES, "this account may not read or write it", "当前账户无权读写"),
        (errno.ENOSPC, "the disk is full: free space first", "磁盘已满：请先释放空间"),
        (errno.EMFILE, "Too many open files", "Too many open files"),
    ],
)
def test_usual_faults_have_words_and_others_are_told_as_the_system_does(
    number: int, english: str, chinese: str
) -> None:
    fault = fault_of(OSError(number, "Too many open files", "x.csv"))
    assert (told("en", fault), told("zh", fault)) == (english, chinese)


def test_the_first_octet_that_is_no_text_is_named() -> None:
    with pytest.raises(UnicodeDecodeError) as error:
        b"ab\xff".decode()
    assert octet_of(error.value).told("zh") == "第 2 字节处为 0xFF"
