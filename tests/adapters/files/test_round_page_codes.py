"""The phone's own QR codes, in a real browser: module by module, and read back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import segno
from playwright.sync_api import Page, expect
from segno import consts

from adapters.files.round_result import RoundResultError, read_result
from tests.adapters.files.test_round_page import browser, page

__all__ = ["browser", "page"]
pytestmark = pytest.mark.browser
MASKS = (
    lambda x, y: (x + y) % 2,
    lambda _, y: y % 2,
    lambda x, _: x % 3,
    lambda x, y: (x + y) % 3,
    lambda x, y: (x // 3 + y // 2) % 2,
    lambda x, y: x * y % 2 + x * y % 3,
    lambda x, y: (x * y % 2 + x * y % 3) % 2,
    lambda x, y: ((x + y) % 2 + x * y % 3) % 2,
)


def test_full_codes_of_every_version_and_mask_are_those_of_another_program(page: Page) -> None:
    made = page.evaluate(
        """() => {
          const every = [];
          for (let version = 1; version <= 20; version++) {
            for (const mask of version === 8 ? [0, 1, 2, 3, 4, 5, 6, 7] : [version % 8]) {
              let text = "";
              while (text.length < qr.room(version)) text += "MR1/{}:," + text.length;
              text = text.slice(0, qr.room(version));
              const code = qr.made(text, mask);
              every.push([version, mask, text, code.version, code.dark]);
            }
          }
          return every;
        }"""
    )
    for version, mask, text, chosen, dark in made:
        assert chosen == version
        other = segno.make(
            text, version=version, mask=mask, error="m", mode="byte", boost_error=False
        )
        assert [list(row) for row in other.matrix] == dark, (version, mask)


def read(dark: Sequence[Sequence[int]], mask: int) -> str:
    """Return the text of a code without looking at its error correction."""
    side = len(dark)
    version = (side - 17) // 4
    bits = [
        dark[y][x] ^ (MASKS[mask](x, y) == 0) for x, y in _way(side) if not _fixed(x, y, version)
    ]
    octets = [int("".join(map(str, map(int, bits[n : n + 8]))), 2) for n in range(0, len(bits), 8)]
    sizes = [
        group.num_data
        for group in consts.ECC[version][consts.ERROR_LEVEL_M]
        for _ in range(group.num_blocks)
    ]
    blocks: list[list[int]] = [[] for _ in sizes]
    place = 0
    for n in range(max(sizes)):
        for block, size in zip(blocks, sizes, strict=True):
            if n < size:
                block.append(octets[place])
                place += 1
    content = "".join(f"{octet:08b}" for block in blocks for octet in block)
    assert content[:4] == "0100", "byte mode"
    width = 8 if version < 10 else 16
    length = int(content[4 : 4 + width], 2)
    text = content[4 + width : 4 + width + 8 * length]
    return "".join(chr(int(text[n : n + 8], 2)) for n in range(0, len(text), 8))


def _fixed(x: int, y: int, version: int) -> bool:
    """Return whether a module bears no data: corners, formats, lines, squares, version."""
    last = 16 + 4 * version
    near, far = sorted((x, y))
    corner = (near < 9 and far >= last - 7) or far < 9
    squares: Sequence[int] = consts.ALIGNMENT_POS[version - 2] if version > 1 else ()  # type: ignore[index]
    square = any(
        abs(x - across) < 3 and abs(y - down) < 3
        for across in squares
        for down in squares
        if sorted((across, down)) not in ([6, 6], [6, last - 6])
    )
    return (
        corner or near == 6 or far == 6 or square or (version > 6 and near < 6 and far > last - 11)
    )


def _way(side: int) -> Iterator[tuple[int, int]]:
    right, up = side - 1, True
    while right > 0:
        right -= right == 6
        for row in range(side):
            y = side - 1 - row if up else row
            yield right, y
            yield right - 1, y
        right, up = right - 2, not up


def shown(page: Page) -> str:
    """Return the text of the code on the screen, read from its picture."""
    path = page.locator("#code path").get_attribute("d") or ""
    side = int((page.locator("#code").get_attribute("viewBox") or "").split()[2]) - 8
    dark = [[0] * side for _ in range(side)]
    for piece in path.split("M")[1:]:
        x, y = map(int, piece.split("h")[0].split())
        dark[y - 4][x - 4] = 1
    bits = [dark[8][n] for n in (0, 1, 2, 3, 4)]
    mask = int("".join(map(str, bits[2:])), 2) ^ 0b101
    return read(dark, mask)


def test_the_result_comes_back_as_codes_that_are_scanned_in_any_order(page: Page) -> None:
    page.get_by_label("Read by").fill("王工 Ada")
    page.locator("#v1").fill("15210.5")
    page.locator("#v2n").fill("铅封断开, 'no \"access\"' " + "x" * 900)
    page.get_by_role("button", name="Show the result as QR codes").click()
    expect(page.locator("#code-text")).to_contain_text("Code 1 of")
    many = page.evaluate("parts().length")
    assert many > 2
    scanned = []
    for _ in range(many):
        scanned.append(shown(page))
        page.get_by_role("button", name="Next code").click()
    assert scanned == page.evaluate("parts()")
    expect(page.locator("#code-text")).to_contain_text("Code 1 of")
    result = read_result("\r\n".join([scanned[0], *reversed(scanned)]))
    file = read_result(page.evaluate("result()"))
    assert result == file
    assert result.reader == "王工 Ada"
    with pytest.raises(RoundResultError, match=f"Code 2 of {many} is missing"):
        read_result("\n".join([scanned[0], *scanned[2:]]))


def test_a_short_result_is_one_code(page: Page) -> None:
    page.locator("#v1").fill("15210.5")
    page.get_by_role("button", name="Show the result as QR codes").click()
    expect(page.locator("#code-text")).to_have_text(
        "Scan this code at the office: it holds the whole result."
    )
    expect(page.get_by_role("button", name="Next code")).to_be_hidden()
    [entry] = read_result(shown(page)).entries
    assert (entry.point, entry.value) == ("a", "15210.5")


def whole(*rows: Any) -> str:
    return json.dumps(["meterline-round-1", "town", "r1", "Ada", list(rows)], separators=(",", ":"))


def test_codes_say_their_instants_as_the_file_does() -> None:
    row = ["b2-elec", "active_energy_import", "S-2", "2026-11-22T10:15:30.123Z", "1.5", "", 1]
    text = whole(row)
    code = f"MR1/1/1/{zlib.crc32(text.encode()):08x}/{text}"
    [entry] = read_result(code).entries
    assert entry.at == datetime(2026, 11, 22, 10, 15, 30, 123_000, tzinfo=UTC)
    assert entry.confirmed
    with pytest.raises(RoundResultError, match="do not make one whole"):
        read_result(code.replace("1.5", "1.6"))
    with pytest.raises(RoundResultError, match="Row 2 is no code"):
        read_result(f"{code}\nhttps://example.org")
    with pytest.raises(RoundResultError, match="a code of another result"):
        read_result(f"{code}\nMR1/1/1/00000000/x")
