"""The three wires that are not DC-09 are named, not handled."""

from belfry.domain.codes import load
from belfry.protocols.dc09.describe import describe
from belfry.protocols.dc09.others import recognise


def galaxy(command: bytes, payload: bytes) -> bytes:
    block = bytes([0x40 + len(payload)]) + command + payload
    check = 0xFF
    for byte in block:
        check ^= byte
    return block + bytes([check])


def test_a_galaxy_block_is_named() -> None:
    block = galaxy(b"#", b"1234")
    assert "Galaxy" in (recognise(block) or "")
    assert recognise(block[:-1] + b"\0") is None
    assert recognise(galaxy(b"N", b"ri1BA0001")) is not None


def test_an_ats_wrapper_is_named() -> None:
    raw = b"\n12340028\"SIA-DCS\"0148R0002L0001[#001991|Nri1BA01'text'NM]00ff|#001991]\r"
    (found,) = describe(raw, codes=load())
    assert "ATS" in str(found["recognised"])
    assert (found["valid"], found["reply"]) == (False, "none")


def test_powerlink_is_named() -> None:
    # As published for the VIS-ACK of a PowerMaster.
    raw = b'\n6BAF001D"VIS-ACK"5564L0#2A4CC3[\r\x02C\xba\n]\r'
    assert "PowerLink" in str(describe(raw, codes=load())[0]["recognised"])


def test_a_true_dc09_frame_is_named_nothing_else() -> None:
    raw = bytes.fromhex(
        "0A41313844303032372241444D2D43494422303030314C3023373039395B23373039397C31313331203031203030335D0D"
    )
    assert "recognised" not in describe(raw, codes=load())[0]
    assert recognise(b"GET / HTTP/1.1\r\n\r\n") is None
    assert recognise(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc") is None
