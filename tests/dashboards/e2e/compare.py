"""In: two PNG files. Out: how many of their pixels differ, and a picture of where. I/O: Chromium.

The browser that draws the pages also reads the pictures, so that no picture library is needed.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from playwright.sync_api import Page

NEAR = 32
"""Two pixels are the same when no colour differs by more: an edge is smoothed otherwise on another
machine. [1/255]"""
_COUNT = """async ([expected, seen, near]) => {
    const pixels = async (text) => {
        const image = await createImageBitmap(await (await fetch(text)).blob());
        const canvas = new OffscreenCanvas(image.width, image.height);
        const pen = canvas.getContext("2d");
        pen.drawImage(image, 0, 0);
        return [canvas, pen, pen.getImageData(0, 0, image.width, image.height)];
    };
    const [, , old] = await pixels(expected);
    const [canvas, pen, now] = await pixels(seen);
    if (old.width !== now.width || old.height !== now.height) {
        return [Math.max(old.data.length, now.data.length) / 4, now.width * now.height, ""];
    }
    let differ = 0;
    for (let at = 0; at < now.data.length; at += 4) {
        const far = [0, 1, 2].some((c) => Math.abs(now.data[at + c] - old.data[at + c]) > near);
        differ += far;
        for (const c of [0, 1, 2]) {
            now.data[at + c] = far ? [220, 0, 60][c] : 255 - (255 - now.data[at + c]) / 4;
        }
    }
    pen.putImageData(now, 0, 0);
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    return [differ, now.width * now.height, btoa(Array.from(bytes, (b) =>
        String.fromCharCode(b)).join(""))];
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What one picture shows otherwise than another."""

    share: float
    """Pixels that differ, of all. [1]"""
    picture: bytes
    """The newer one, faint, with what differs in red; empty when the sizes differ."""


def difference(blank: Page, expected: bytes, seen: bytes) -> Difference:
    """Return how a picture differs from the expected one.

    Args:
        blank: A page of no site, so that no policy of a site stands in the way.
        expected: PNG.
        seen: PNG.
    """
    texts = [f"data:image/png;base64,{base64.b64encode(raw).decode()}" for raw in (expected, seen)]
    differ, total, picture = blank.evaluate(_COUNT, [*texts, NEAR])
    return Difference(share=differ / total, picture=base64.b64decode(picture))
