"""A store whose address names a primary and a standby: either of them may stop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import cadastre
import postgres
import pytest
import replicas
from replicas import Cluster
from serving import client

from landinfo.model import Busy
from landinfo.store import Store, create_store, open_store

TODAY = date(2026, 11, 24)
ASKED = "/api/parcels/25744@2024/1/1?on=2026-03-01&known=2026-11-24"


@pytest.fixture
def both() -> Iterator[tuple[Cluster, Cluster]]:
    with postgres.needed(), replicas.pair() as found:
        yield found


def address(*servers: Cluster) -> str:
    """Those that answer, in this order; of several the standby is asked."""
    hosts = ",".join(str(each.sockets) for each in servers)
    more = "&target_session_attrs=prefer-standby" if len(servers) > 1 else ""
    return f"postgresql://?host={hosts}&user=landinfo&dbname=land{more}"


def published(store: Store) -> set[str]:
    return {edition.id for edition in store.editions()}


@pytest.mark.postgis
def test_one_of_two_servers_may_stop(both: tuple[Cluster, Cluster]) -> None:
    primary, standby = both
    primary.ask("CREATE DATABASE land")
    create_store(address(primary), cadastre.FACTS, cadastre.communes(), cadastre.UNIONS).close()
    replicas.caught_up(primary, standby)

    store = open_store(address(primary, standby), pool=2)
    assert published(store) == set()
    assert (primary.readers(), standby.readers()) == (0, 1), "what reads goes to the standby"
    first, *later = cadastre.loads()
    store.publish([first])
    assert primary.readers() == 0, "the writer is gone when it has written"
    replicas.caught_up(primary, standby)
    assert published(store) == {first.edition.id}, "what was written on the primary is read from the standby"
    store.publish(later)
    replicas.caught_up(primary, standby)
    web = client(store)
    told = web.get(ASKED).get_json()
    assert told["parcel"]["ref"] == "25744@2024/1/1"

    standby.stop()
    assert web.get(ASKED).get_json() == told
    assert primary.readers() > 0, "the primary answers"
    assert web.get("/readyz").status_code == 200

    standby.start()
    primary.stop()
    assert web.get(ASKED).get_json() == told
    assert standby.readers() > 0, "the standby answers again"
    with pytest.raises(Busy):
        store.publish([replace(first, edition=replace(first.edition, id="parcels-9"))])
    again = open_store(address(primary, standby))
    assert published(again) == published(store)
    again.close()

    standby.stop()
    with pytest.raises(Busy) as lost:
        published(store)
    assert lost.value.status == 503
    assert web.get(ASKED).status_code == 503

    primary.start()
    assert web.get(ASKED).get_json() == told
    store.close()
