"""XML from strangers: read within limits, nothing expanded, nothing fetched, and no word of it in an error."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.protocols.common.unreadable import Unreadable
from belfry.protocols.common.xml import Node, XmlLimits, parse, parse_leniently

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">%s]><lolz>&lol9;</lolz>""" % b"".join(
    b'<!ENTITY lol%d "%s">' % (n, b"&lol%d;" % (n - 1) * 10) for n in range(1, 10)
)
FILE = b'<!DOCTYPE a [<!ENTITY secret SYSTEM "file:///etc/hostname">]><a>&secret;</a>'


def test_names_are_local_and_text_is_trimmed() -> None:
    root = parse(b'<n:a xmlns:n="urn:x" n:b="1"> one <c>two</c> three </n:a>')
    assert (root.name, dict(root.attributes), root.text) == ("a", {"b": "1"}, "one  three")
    assert [(child.name, child.text) for child in root.children] == [("c", "two")]


def test_what_is_escaped_is_unescaped_in_text_and_in_attributes() -> None:
    assert parse(b"<a b='x &amp; &lt; &#65;'>x &amp; &lt; &#65;</a>") == Node("a", {"b": "x & < A"}, "x & < A")


def test_an_encoding_is_read_as_it_is_declared() -> None:
    text = '<?xml version="1.0" encoding="{}"?><a>演示通道</a>'
    for encoding in ("utf-8", "utf-16", "gb2312"):
        assert parse(text.format(encoding).encode(encoding)).text == "演示通道"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("hostile", [LAUGHS, FILE, b"<!DOCTYPE a><a/>", b'<!DOCTYPE a SYSTEM "http://192.0.2.1/"><a/>'])
def test_a_document_type_is_refused_where_it_begins(hostile: bytes, encoding: str) -> None:
    with pytest.raises(Unreadable, match=r"^XML with a document type$"):
        parse_leniently(hostile.decode().encode(encoding))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<a>" * 40 + b"</a>" * 40, "XML nested deeper than 4"),
        (b"<a>" * 100_000, "XML of more than 4096 bytes"),
        (b"<a>" + b"<b/>" * 20 + b"</a>", "XML of more than 10 elements"),
        (b"<a %s/>" % b" ".join(b'x%d=""' % n for n in range(20)), "XML of more than 10 attributes"),
    ],
)
def test_beyond_a_limit_it_is_unreadable(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=f"^{reason}$"):
        parse(body, XmlLimits(most_bytes=4_096, depth=4, elements=10, attributes=10))


def test_a_hundred_thousand_open_elements_are_unreadable() -> None:
    with pytest.raises(Unreadable, match="nested deeper"):
        parse(b"<a>" * 100_000)


@pytest.mark.parametrize("body", [b"", b" ", b"<a>", b"a", b"<a/><b/>", b"<a>\xff", b"<a>\x00</a>", b"<a b=secret/>"])
def test_what_is_no_document_is_unreadable_and_not_quoted(body: bytes) -> None:
    with pytest.raises(Unreadable) as raised:
        parse_leniently(body)
    assert str(raised.value) == "no well-formed XML"
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None or raised.value.__suppress_context__


def test_bare_ampersands_are_repaired_once_and_said_so() -> None:
    assert parse_leniently(b"<a>Dock & ramp &amp; &#65;</a>") == (Node("a", {}, "Dock & ramp & A"), True)
    assert parse_leniently(b"<a>&unknown;</a>") == (Node("a", {}, "&unknown;"), True)
    assert parse_leniently(b"<a>&amp;</a>") == (Node("a", {}, "&"), False)


@pytest.mark.parametrize(
    "head", [b"", b'<?xml version="1.0" encoding="UTF-8"?>', b"<?xml version='1.0' encoding='utf-8' ?>"]
)
def test_letters_that_are_no_utf_8_are_repaired_once_and_said_so(head: bytes) -> None:
    for written in ("Küche".encode("latin-1"), "仓库".encode("gb2312"), b"cut \xe4\xbb"):
        root, recovered = parse_leniently(head + b"<a><b>" + written + b"</b><c>fire &amp; smoke</c></a>")
        assert [(node.name, "\ufffd" in node.text) for node in root.walk()] == [("a", False), ("b", True), ("c", False)]
        assert recovered
    both, recovered = parse_leniently(head + b"<a>\xff & \xff</a>")
    assert (both.text, recovered) == ("\ufffd & \ufffd", True)
    assert parse_leniently(head + "<a>Küche</a>".encode()) == (Node("a", {}, "Küche"), False)


def test_what_says_that_it_is_in_other_letters_is_taken_at_its_word() -> None:
    with pytest.raises(Unreadable):
        parse_leniently(b'<?xml version="1.0" encoding="GB2312"?><a>\xff\xff</a>')
    with pytest.raises(Unreadable):
        parse(b"<a>\xff</a>")


def test_the_repair_heals_nothing_else() -> None:
    with pytest.raises(Unreadable):
        parse_leniently(b"<a>Dock & ramp")


def test_a_node_does_not_print_what_it_holds() -> None:
    assert "secret" not in repr(parse(b"<a secret='secret'>secret<secret/></a>"))


def test_a_walk_is_in_the_order_of_the_document() -> None:
    root = parse(b"<a><b><c/></b><d/></a>")
    assert [node.name for node in root.walk()] == ["a", "b", "c", "d"]
    assert [node.name for node in root.all("d")] == ["d"]
    assert root.first("e") is None


@given(st.binary(max_size=400) | st.text(alphabet="<>/&;a =\"'![]-?\n", max_size=80).map(str.encode))
def test_any_bytes_are_a_node_or_unreadable(body: bytes) -> None:
    with suppress(Unreadable):
        parse_leniently(body)
