import pytest

from adapters.bacnet.address import BacnetAddress, BacnetAddressError, parse


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1001", BacnetAddress(device=1001)),
        ("0", BacnetAddress(device=0)),
        ("1001+20", BacnetAddress(device=1001, offset=20)),
        ("1001@2001:5", BacnetAddress(device=1001, route="2001:5")),
        ("7+1@65534:255", BacnetAddress(device=7, offset=1, route="65534:255")),
        ("4194302", BacnetAddress(device=4_194_302)),
    ],
)
def test_an_address_is_read_and_written_back(text: str, parts: BacnetAddress) -> None:
    assert parse(text) == parts
    assert str(parts) == text


@pytest.mark.parametrize(
    "text",
    ["", "4194303", "4194302+1", "1001+", "1001@5", "1001@0:5", "1001@65535:5", "1@2:256", "-1",
     "１００１", "1001 ", "device,1001"],
)  # fmt: skip
def test_what_names_no_device_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BacnetAddressError, match="1001@2001:5"):
        parse(text)
