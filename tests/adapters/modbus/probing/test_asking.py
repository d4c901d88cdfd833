from __future__ import annotations

from adapters.modbus.probing.asking import questions
from adapters.modbus.probing.candidate import LONGEST_READ, Products
from adapters.modbus.probing.seen import Seen
from adapters.modbus.register_map import MAPS, load
from simulator.profile_image import register_image
from simulator.profile_values import plausible
from tests.adapters.modbus.probing.devices import Device, Temper, probed

PRODUCTS = Products([load(name) for name in MAPS.known()])


def asked_of(device: Device) -> list[tuple[int, int, int]]:
    asked: list[tuple[int, int, int]] = []

    class Listening(Device):
        def read(self, function_code: int, first: int, end: int) -> list[int] | None:
            asked.append((function_code, first, end))
            return super().read(function_code, first, end)

    probed(Listening(**vars(device)), PRODUCTS)
    return asked


def sdm630() -> Device:
    register_map = load("eastron_sdm630")
    values = plausible(register_map)
    image = register_image(register_map, values)
    return Device(map=register_map, values=values, image=image, temper=Temper.STRICT, around={})


def test_nothing_is_asked_twice_and_no_read_is_too_long() -> None:
    asked = asked_of(sdm630())
    assert len(set(asked)) == len(asked)
    assert all(0 < end - first <= LONGEST_READ for _, first, end in asked)
    assert {code for code, _, _ in asked} == {3, 4}


def test_a_probe_of_all_products_stays_below_300_questions() -> None:
    assert len(asked_of(sdm630())) < 300


def through(
    products: Products, image: dict[tuple[int, int], int]
) -> tuple[list[tuple[int, int, int]], list[str]]:
    """Return the questions, answered from an image, and the profiles that may be judged."""
    seen = Seen()
    asking = questions(products, seen)
    asked: list[tuple[int, int, int]] = []
    while True:
        try:
            code, first, end = next(asking)
        except StopIteration as stop:
            return asked, [each.profile for each in stop.value]
        asked.append((code, first, end))
        words = [image[code, a] for a in range(first, end) if (code, a) in image]
        if len(words) == end - first:
            seen.take(code, first, words)
        else:
            seen.refuse(code, first, end - first)


def test_a_device_without_the_voltages_of_a_product_is_not_asked_for_the_rest() -> None:
    asked, profiles = through(Products([load("janitza_umg96")]), {})
    assert profiles == []
    assert {first for _, first, _ in asked} <= {18998, 18999, 19000, 19001}


def test_the_model_of_a_sunspec_device_is_found_by_its_marker() -> None:
    register_map = load("sunspec_meter_float")
    image = register_image(register_map, plausible(register_map), offset=50070)
    _, profiles = through(Products([register_map]), image)
    assert "sunspec_meter_float@50070" in profiles
