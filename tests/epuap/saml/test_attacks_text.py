"""Hostile text: comments and instructions inside values, CDATA, DTDs, encodings, bombs, and what goes to the log."""

from collections.abc import Callable

import pytest
from lxml import etree

from tests.epuap.saml.doors import Door, changed
from tests.epuap.saml.forging import find, rewriting
from tests.support.idp import EIDAS_NAMES, NS, SP_ENTITY_ID, Answer

PESEL = EIDAS_NAMES["identifier"]
FAMILY = EIDAS_NAMES["family_name"]
PATHS = {
    "PESEL": f".//a:Attribute[@Name='{PESEL}']/a:AttributeValue",
    "family name": f".//a:Attribute[@Name='{FAMILY}']/a:AttributeValue",
    "audience": ".//a:Audience",
    "issuer": "a:Issuer",
    "NameID": ".//a:NameID",
    "level": ".//a:AuthnContextClassRef",
}


def loose(door: Door) -> Answer:
    """Return a good answer in which the Assertion stands in plain, signed alone; for login.gov.pl encrypted."""
    if door.name == "login":
        return door.good(sign_response=False)
    return door.good(sign_response=False, sign_artifact_response=False)


def inserted(path: str, node: Callable[[], etree._Element], at: int) -> Callable[[etree._Element], None]:
    """Put a comment or an instruction into the text found at a path."""

    def edit(assertion: etree._Element) -> None:
        (element,) = assertion.findall(path, NS)
        text = element.text
        one = node()
        element.text, one.tail = text[:at], text[at:]
        element.insert(0, one)

    return edit


# --- values cut in two


@pytest.mark.parametrize("name", PATHS)
def test_a_comment_inside_a_value(pz: Door, name: str) -> None:
    """Whoever puts it there: the whole value is read. It never signs in somebody else."""
    for at in (0, 4):
        edit = inserted(PATHS[name], lambda: etree.Comment("x"), at)
        on_the_way = rewriting(lambda root, edit=edit: edit(find(root, "Assertion")))
        pz.control(changed(loose(pz), edit_assertion=edit))  # the control asserts whose account it is
        pz.control(changed(loose(pz), edit_bytes=on_the_way))


@pytest.mark.parametrize("name", PATHS)
def test_a_comment_inside_an_encrypted_value_that_nobody_signed_alone(login: Door, name: str) -> None:
    """Nothing canonical is made of it, so it is refused as it stands."""
    edit = inserted(PATHS[name], lambda: etree.Comment("x"), 4)
    codes = "attribute_value audience assertion_issuer subject level"
    login.attack(changed(loose(login), edit_assertion=edit), codes)
    login.control()


@pytest.mark.parametrize("name", PATHS)
def test_an_instruction_inside_a_value(door: Door, name: str) -> None:
    """Instructions belong to what is signed: put in by the provider, they still cut no value short."""
    edit = inserted(PATHS[name], lambda: etree.ProcessingInstruction("x", "y"), 4)
    codes = "attribute_value audience assertion_issuer subject level"
    door.attack(changed(loose(door), edit_assertion=edit), codes)
    door.control()


def test_a_value_made_longer_by_a_second_text(door: Door) -> None:
    """`688412<x/>12044`, and a person's PESEL followed by another's."""

    def nested(assertion: etree._Element) -> None:
        (element,) = assertion.findall(PATHS["PESEL"], NS)
        element.text = "71890321131"
        etree.SubElement(element, "{urn:x}b").tail = "68841212044"

    door.attack(changed(loose(door), edit_assertion=nested), "attribute_value")
    door.attack(changed(loose(door), pesel="6884121204471890321131"), "identifier")
    door.control()


def test_cdata_and_character_references_are_only_spellings(pz: Door) -> None:
    """Put in on the way, they change no canonical byte; the same person signs in."""
    for old, new in (
        (b">68841212044<", b"><![CDATA[68841212044]]><"),
        (b">68841212044<", b">688<![CDATA[412]]>12044<"),
        (b">68841212044<", b">&#54;8841212044<"),
        (b">Wrzos<", b">&#x57;rzos<"),
        (f">{SP_ENTITY_ID}<".encode(), f"><![CDATA[{SP_ENTITY_ID}]]><".encode()),
    ):

        def respell(data: bytes, old: bytes = old, new: bytes = new) -> bytes:
            assert data.count(old) == 1
            return data.replace(old, new)

        pz.control(changed(loose(pz), edit_bytes=respell))


def test_white_space_that_only_a_program_takes_for_one(door: Door) -> None:
    """XML knows four signs of it; a no-break space before an audience or a PESEL is another value."""
    for text in ("\u00a0", "\u2003", "\u3000", "\u200b", "\ufeff", "\u0085", "\u2028"):
        for answer, codes in (
            (changed(loose(door), audiences=(f"{text}{SP_ENTITY_ID}",)), "audience"),
            (changed(loose(door), issuer=f"{door.idp.entity_id}{text}"), "answer_issuer response_issuer"),
            (changed(loose(door), pesel=f"68841212044{text}"), "identifier"),
            (changed(loose(door), level=f"{text}http://eidas.europa.eu/LoA/substantial"), "level"),
        ):
            door.attack(answer, codes)
    door.control(changed(loose(door), audiences=(f"\n\t {SP_ENTITY_ID} \n",), pesel=" 68841212044\n"))


# --- DTDs, entities, encodings


BILLION = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
DOCTYPES = {
    "empty": "<!DOCTYPE x>",
    "internal": "<!DOCTYPE x []>",
    "entity": "<!DOCTYPE x [<!ENTITY e '68841212044'>]>",
    "external entity": "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/hostname'>]>",
    "http entity": "<!DOCTYPE x [<!ENTITY e SYSTEM 'http://127.0.0.1:1/e'>]>",
    "parameter entity": "<!DOCTYPE x [<!ENTITY % p SYSTEM 'http://127.0.0.1:1/p'> %p;]>",
    "external subset": "<!DOCTYPE x SYSTEM 'http://127.0.0.1:1/x.dtd'>",
    "public": "<!DOCTYPE x PUBLIC '-//X//Y' 'file:///etc/x.dtd'>",
    "billion laughs": f"<!DOCTYPE x [<!ENTITY l0 'ha'>{BILLION}]>",
    "quadratic": f"<!DOCTYPE x [<!ENTITY e '{'a' * 50_000}'>]>",
    "attribute of type ID": "<!DOCTYPE x [<!ATTLIST a:Assertion Name ID #IMPLIED>]>",
    "default attribute": "<!DOCTYPE x [<!ATTLIST a:Audience x CDATA 'y'>]>",
    "after a comment": "<!-- c --><!DOCTYPE x>",
    "after an instruction": "<?x y?>\n<!DOCTYPE x>",
    "after a declaration": "<?xml version='1.0'?><!DOCTYPE x>",
    "after a long declaration": "<?xml version='1.0' encoding='UTF-8' standalone='no' ?>\n\n<!DOCTYPE x>",
    "after a mark of byte order": "\ufeff<!DOCTYPE x>",
    "lower case": "<!doctype x>",
    "after a hundred comments": "<!---->" * 100 + "<!DOCTYPE x>",
    "comment that looks like an end": "<!-- <x> --><!DOCTYPE x>",
}  # fmt: skip


@pytest.mark.parametrize("name", DOCTYPES)
def test_a_document_type(door: Door, name: str) -> None:
    prolog = DOCTYPES[name]
    codes = "xml_doctype xml_malformed"
    door.attack(changed(loose(door), edit_bytes=lambda data: prolog.encode() + data), codes)
    used = changed(
        loose(door), edit_bytes=lambda data: (prolog.encode() + data).replace(b">Success", b">&e;", 1)
    )
    door.attack(used, codes)
    door.control(changed(loose(door), edit_bytes=lambda data: b"<?xml version='1.0'?>\n<!-- c -->\n" + data))


def test_an_entity_without_a_document_type(door: Door) -> None:
    def refer(data: bytes) -> bytes:
        return data.replace(b"https://", b"&e;https://", 1)

    door.attack(changed(loose(door), edit_bytes=refer), "xml_malformed")
    door.control()


HIDDEN = "<?xml version='1.0' encoding='{}'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/hostname'>]>"


@pytest.mark.parametrize(
    "encoding",
    [
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-7",
        "cp037",
        "utf-8-sig",
        "iso-2022-jp",
        "hz",
        "cp500",
    ],
)
def test_a_document_type_hidden_by_an_encoding(door: Door, encoding: str) -> None:
    """With the encoding declared, declared as another, or not at all."""
    for declared in (encoding.removesuffix("-sig"), "utf-8", ""):
        prolog = HIDDEN.format(declared) if declared else HIDDEN.partition("?>")[2]
        for document_type in (True, False):
            text = prolog if document_type else prolog.partition("<!DOCTYPE")[0]
            if (
                not document_type
                and encoding in ("utf-8-sig", "iso-2022-jp", "hz", "utf-7")
                and declared != encoding
            ):
                continue  # plain ASCII after all: an ordinary message

            def encode(data: bytes, text: str = text) -> bytes:
                return (text + data.decode("ascii")).encode(encoding)

            codes = "xml_encoding xml_doctype xml_malformed"
            door.attack(changed(loose(door), edit_bytes=encode), codes)
    door.control()


@pytest.mark.parametrize(
    "name", ["utf-7", "UTF-16", "cp037", "x-user-defined", "utf-8\n", "ibm-1047", "HTML-ENTITIES"]
)
def test_an_encoding_that_is_only_declared(door: Door, name: str) -> None:
    """`+ADw-` is `<` to who believes the declaration."""
    declaration = f"<?xml version='1.0' encoding='{name}'?>".encode()
    codes = "xml_encoding xml_malformed"
    door.attack(changed(loose(door), edit_bytes=lambda data: declaration + data), codes)
    good = b"<?xml version='1.0' encoding='utf-8'?>"
    door.control(changed(loose(door), edit_bytes=lambda data: good + data))


# --- bombs


def deep(data: bytes) -> bytes:
    return b"<a>" * 200 + data + b"</a>" * 200


def very_deep(data: bytes) -> bytes:
    return b"<a>" * 30_000 + b"</a>" * 30_000


def wide(data: bytes) -> bytes:
    return data[: data.rindex(b"</")] + b"<x/>" * 3_000 + data[data.rindex(b"</") :]


def many_attributes(data: bytes) -> bytes:
    return b"<x " + b" ".join(b"a%d=''" % n for n in range(15_000)) + b"/>"


def many_namespaces(data: bytes) -> bytes:
    spaces = b" ".join(b"xmlns:n%d='urn:%d'" % (n, n) for n in range(5_000))
    return b"<x " + spaces + b">" + b"<y/>" * 500 + b"</x>"


def long_name(data: bytes) -> bytes:
    return b"<" + b"a" * 200_000 + b"/>"


def too_big(data: bytes) -> bytes:
    return data + b" " * 300_000


def many_comments(data: bytes) -> bytes:
    return data[: data.rindex(b"</")] + b"<!---->" * 20_000 + data[data.rindex(b"</") :]


def many_ids(data: bytes) -> bytes:
    ids = b"".join(b"<x ID='i%d'/>" % n for n in range(2_500))
    return data[: data.rindex(b"</")] + ids + data[data.rindex(b"</") :]


def cut_off(data: bytes) -> bytes:
    return data[: len(data) // 2]


def nothing(data: bytes) -> bytes:
    return b" "


def twice(data: bytes) -> bytes:
    return data + data


def zero_bytes(data: bytes) -> bytes:
    return data.replace(b">", b">\x00", 1)


def no_xml(data: bytes) -> bytes:
    return b"\xff\xfe\x00\x00PK\x03\x04%PDF-1.7"


def a_page(data: bytes) -> bytes:
    return b"<html><body>Przepraszamy</body></html>"


BOMBS = [
    deep, very_deep, wide, many_attributes, many_namespaces, long_name, too_big, many_comments, many_ids,
    cut_off, nothing, twice, zero_bytes, no_xml, a_page,
]  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda one: one.__name__)
def test_bombs_and_broken_messages(door: Door, bomb: Callable[[bytes], bytes]) -> None:
    codes = (
        "xml_too_deep xml_too_big xml_too_many_nodes xml_malformed xml_encoding soap_structure response_structure "
        "idp_answer_size xml_too_many_attributes xml_too_many_namespaces soap_structure signature_digest "
        "form_too_big response_format xml_duplicate_id"
    )
    door.attack(changed(loose(door), edit_bytes=bomb), codes)
    door.control()


# --- the log


@pytest.mark.parametrize(
    "text",
    [
        "x\nsign-in refused reference=AAAA-AAAA code=ok idp=login",
        "x\r\n68841212044",
        "\x1b[31m68841212044",
        "68841212044",
        "%s%s%n",
        "a" * 5_000,
        "</p><script>alert(1)</script>",
    ],
)
def test_nothing_of_a_message_gets_into_the_log(door: Door, text: str) -> None:
    """A status, an ID, an issuer and a level of an attacker's choice, in answers that the provider signed."""
    escaped = text.replace("\x1b", "").replace("<", "&lt;").replace("\n", "&#10;").replace("\r", "&#13;")
    for answer, codes in (
        (door.good(status=f"urn:oasis:names:tc:SAML:2.0:status:{escaped}"), "status"),
        (door.good(status="urn:oasis:names:tc:SAML:2.0:status:Responder", inner_status=escaped), "status"),
        (door.good(issuer=escaped), "answer_issuer response_issuer"),
        (door.good(level=escaped), "level"),
        (door.good(in_response_to=escaped), "response_in_response_to"),
        (door.good(destination=escaped), "destination"),
    ):
        door.attack(answer, codes)
        assert "alert(1)" not in door.log.text and "AAAA-AAAA" not in door.log.text
    door.control()


def test_a_hostile_name_of_a_provider_is_no_page(door: Door) -> None:
    for name in ("login%0Asign-in", "..%2f..%2fetc", "a" * 300, "login%00", "%C5%82"):
        client = door.browser()
        assert client.post(f"/saml/{name}/acs/", {"SAMLart": "x"}).status_code == 404
    assert "sign-in refused" not in door.log.text
    door.control()
