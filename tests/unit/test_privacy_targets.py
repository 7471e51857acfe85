"""Instance values that are URLs or look like them: the structure stays, no secret gets out or into the map."""

from __future__ import annotations

import re

import pytest

from tests import policies
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.pseudonyms import Pseudonyms


@pytest.fixture
def pseudonyms() -> Pseudonyms:
    return Pseudonyms(PseudonymMap(bytes(range(32))))


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("http://user:S3CRET@10.1.2.3:8428/metrics", "http://user-N:<removed>@777.777.N.N:8428/metrics"),
        ("https://S3CRET@db.acme/insert/42/prometheus", "https://<removed>@name-N.name-N/insert/777N/prometheus"),
        ("https://S3CRET:@db.acme", "https://<removed>:@name-N.name-N"),
        ("https://S3CRET:x-oauth-basic@db", "https://<removed>:<removed>@name-N"),
        ("https://:S3CRET@db", "https://:<removed>@name-N"),
        ("http://u:p@a:S3CRET@db", "http://user-N:<removed>@name-N"),
        ("http://u:S3/CR?ET#@db/x", "http://user-N:<removed>@name-N/dir-N"),
        ("http://u:S3CRET@not a host", "http://user-N:<removed>@name-N"),
        ("see http://u:S3CRET@db", "name-N://user-N:<removed>@name-N"),
        ("u:S3CRET@db:80", "user-N:<removed>@name-N:80"),
        ("jane@acme.example", "user-N@name-N.example"),
        ("http://db/write?token=S3CRET&db=x&y=&z", "http://name-N/write?token=<removed>&db=<removed>&arg-N=&<removed>"),
        ("http://db/#S3CRET", "http://name-N/#<removed>"),
        ("http://db/a;id=S3CRET/b@S3CRET", "http://name-N/<removed>/<removed>"),
        ("/probe?target=http://u:S3CRET@db/", "/probe?target=<removed>"),
        ("db/probe?token=S3CRET", "name-N/probe?token=<removed>"),
        ("1:http://db:8428/api/v1/write", "1:http://name-N:8428/api/v1/write"),
        ("acme+tcp://db:1", "name-N://name-N:1"),
        ("HTTPS://db", "HTTPS://name-N"),
        ("unix:///var/acme.sock", "unix:///dir-N/dir-N.sock"),
        ("http://[fd12::1]:80/x y/", "http://[7777:7777::N:N]:80/dir-N/"),
        ("http://db:80abc/", "http://name-N/"),
        ("http://", "http://"),
        ("http://10.1.2.3/10.1.2.3", "http://777.777.N.N/777.777.N.N"),
        ("http://db/insert/4242:7/prometheus/api/v1/write", "http://name-N/insert/777N:777N/prometheus/api/v1/write"),
        ("http://db/select/0/prometheus/", "http://name-N/select/0/prometheus/"),
        ("http://db/insert/multitenant/prometheus", "http://name-N/insert/multitenant/prometheus"),
        ("http://db/insert/4242:acme/x", "http://name-N/insert/dir-N/dir-N"),
        ("http://db/insert/99999999999/x", "http://name-N/insert/dir-N/dir-N"),
        ("http://db/?extra_label=team=acme&nocache=1", "http://name-N/?extra_label=<removed>&nocache=<removed>"),
        ("http://db/?acme_arg=1", "http://name-N/?arg-N=<removed>"),
        ("http://db/?=S3CRET", "http://name-N/?<removed>"),
        ("db:8080/metrics", "name-N:8080/metrics"),
        ("10.1.2.3/metrics", "777.777.N.N/metrics"),
        ("/var/run/acme", "instance-N"),
        ("Secret Customer", "instance-N"),
        ("a b/c", "instance-N"),
        ("db:123456", "instance-N"),
    ],
)
def test_urls_and_what_looks_like_them(pseudonyms: Pseudonyms, value: str, form: str) -> None:
    found = pseudonyms.target(value)
    assert re.fullmatch(re.escape(form).replace("N", "[0-9a-f]+"), found), found
    assert "S3CRET" not in found
    assert "S3CRET" not in pseudonyms.map.to_json()
    assert pseudonyms.target(value) == found


def test_the_host_in_a_url_is_the_host_elsewhere(pseudonyms: Pseudonyms) -> None:
    assert pseudonyms.host("db-7.acme.example") in pseudonyms.target("https://u:p@db-7.acme.example:80/x")
    assert pseudonyms.plain("user", "jane") in pseudonyms.target("https://jane:p@db/")


def test_values_that_differ_in_a_secret_alone_stay_apart_and_keep_their_places() -> None:
    known = PseudonymMap(bytes(range(32)))
    tested = policies.policy(pseudonyms=known)
    values = [f"http://u:password{n}@db/?token={n}" for n in range(200)]
    found = {value: tested.rewrite_value("instance", value) or "" for value in values}
    assert len(set(found.values())) == len(values)
    assert re.fullmatch(r"http://user-\d+:<removed>@name-\d+/\?token=<removed>", found[values[0]])
    assert all(
        re.fullmatch(r"http://user-\d+:<removed(-\d+)?>@name-\d+/\?token=<removed>", text) for text in found.values()
    )
    text = known.to_json()
    assert "password" not in text
    again = policies.policy(pseudonyms=PseudonymMap.from_json(text))
    assert {value: again.rewrite_value("instance", value) for value in reversed(values)} == found
