"""ZarzadzanieDokumentami: the office finds out what it has sent."""

import base64

import pytest
from lxml import etree

from tests.epuap.simulator.peer import SOAP, ZD, Peer

LETTER = "<Pismo><Informacja>Dostęp przyznano.</Informacja></Pismo>".encode()
XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
DETAILS = [
    "id", "nazwa", "metadane", "idUPO", "nadawca", "adresat", "dataNadania", "dataOdebrania",
    "dataUtworzenia", "formularz", "folder",
]  # fmt: skip


def lines(peer: Peer) -> list[etree._Element]:
    answer = peer.list_store()
    assert answer.tag == f"{{{ZD}}}zawartoscSkladuResponse"
    assert [e.tag for e in answer] == ["zawartoscSkladu"]
    return list(answer[0])


def test_what_is_sent_stands_in_the_store(peer: Peer) -> None:
    before = len(lines(peer))
    sent = peer.submit(LETTER)
    found = lines(peer)
    assert len(found) == before + 1
    line = found[-1]
    assert line.tag == "SzczegolyDokumentuTyp" and [e.tag for e in line] == DETAILS
    assert line.findtext("id") == sent.findtext("identyfikatorDokumentu")
    assert line.findtext("idUPO") == sent.findtext("identyfikatorUpp")
    assert line.findtext("nazwa") == "decyzja.xml"
    assert [(e.tag, e.text) for e in line.find("adresat")] == [
        ("nazwa", "Grażyna Olcha"), ("adres", "/grazynaolcha/domyslna"),
    ]  # fmt: skip
    assert line.findtext("nadawca/adres") == "/MIASTOJARZEBIN/SkrytkaESP"
    assert {e.tag for e in line if e.get(XSI_NIL) == "true"} == {"metadane", "dataOdebrania", "formularz"}
    document = peer.store("pobierzDokument", f"<idDokumentu>{line.findtext('id')}</idDokumentu><podmiot/>")
    assert document.tag == f"{{{ZD}}}pobierzDokumentResponse"
    assert [e.tag for e in document[0]] == ["szczegolyDokumentu", "tresc"]
    assert base64.b64decode(document.findtext("pobierzDokumentResult/tresc")) == LETTER


def test_trial_leaves_nothing(peer: Peer) -> None:
    before = len(lines(peer))
    peer.submit(LETTER, CzyProbne="1")
    assert len(lines(peer)) == before


def test_what_came_stands_in_the_store_of_the_box(peer: Peer) -> None:
    number = peer.simulator.deliver(b"<Wniosek/>")
    line = peer.list_store("SkrytkaESP")[0][-1]
    assert (line.findtext("id"), line.findtext("folder")) == (str(number), "RECEIVED")
    assert str(number) not in [e.findtext("id") for e in lines(peer)]


@pytest.mark.parametrize(
    "inner",
    [
        "<sklad><nazwa>Inny</nazwa><podmiot>MIASTOJARZEBIN</podmiot></sklad>",
        "<sklad><nazwa>Wysłane</nazwa><podmiot>INNY</podmiot></sklad>",
        "<sklad><podmiot>MIASTOJARZEBIN</podmiot></sklad>",
        "",
    ],
)
def test_strange_question_is_refused(peer: Peer, inner: str) -> None:
    assert peer.store("zawartoscSkladu", inner).tag == f"{{{SOAP}}}Fault"


def test_ordered_fault(peer: Peer) -> None:
    peer.simulator.order("sklad_fault")
    assert peer.list_store().tag == f"{{{SOAP}}}Fault"
    assert peer.simulator.ordered() == {}
    assert peer.list_store().tag == f"{{{ZD}}}zawartoscSkladuResponse"
