"""Values as servers have them, and as nobody has them: what the laws of the privacy engine are tested with."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from hypothesis import strategies as st

from tests.places import FLAG, FLAGS, PLACES
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.vocabulary import COMPONENT_WORDS, DOMAIN_SUFFIXES, DOMAIN_WORDS, PATH_WORDS


class LowNumbers(PseudonymMap):
    """A map whose numbers are 1, 2, 3, ..., so that originals that look like pseudonyms meet them."""

    def draws(self, kind: str, original: str) -> Iterator[int]:
        return itertools.count(self.count(kind))


PSEUDONYM_LIKE = [
    *("instance-3", "customer-3", "label-1", "name-3", "job-1", "vmstorage-job-1", "dir-1", "user-1", "branch-1"),
    *("word-1", "metric_1", "label_1", "value-1", "arg-1", "777.777.1.1", "[7777:7777::1:1]:80", "777000001"),
    *("777000001:777000002", "0000000000000001", "1_0000000000000001", "1000000001", "<removed>", "<removed-1>"),
    *("vmagent-branch-1", "user-1@name-1.com", "/dir-1/dir-2", "name-1-777-777-1-1", "group-1", "alertname-1"),
]  # fmt: skip

keys = st.binary(min_size=32, max_size=32)
maps = keys.map(PseudonymMap) | keys.map(LowNumbers)
numbers = st.integers(0, 260).map(str) | st.sampled_from(["777", "778", "007", "4242", "7777"])
ipv4 = st.tuples(numbers, numbers, numbers, numbers).map(".".join)
ipv6 = st.ip_addresses(v=6).flatmap(
    lambda address: st.sampled_from([str(address), str(address).upper(), address.exploded, f"{address}%eth0"])
) | st.sampled_from(
    ["::1", "::", "::ffff:10.1.2.3", "::FFFF:10.1.2.3", "7777:7777::1:1", "7777:7777:1::1:1", "fd12::0:1"]
)
words = st.sampled_from(sorted(COMPONENT_WORDS | DOMAIN_WORDS | DOMAIN_SUFFIXES)) | st.sampled_from(
    ["name", "job", "instance", "ip", "acme", "ACME", "name-3", "ip-10-20-30-40", "10-1-2-3", "777-777-1-1", "日本", ""]
)
parts = st.lists(words | numbers, min_size=1, max_size=5).flatmap(
    lambda pieces: st.lists(st.sampled_from("-_-"), min_size=len(pieces), max_size=len(pieces)).map(
        lambda dashes: "".join(a + b for a, b in zip(dashes, pieces, strict=True))[1:]
    )
)
hosts = st.lists(parts | words, min_size=1, max_size=4).map(".".join) | ipv4
bare = hosts | ipv6 | ipv6.map("[{}]".format)
targets = st.tuples(bare, st.sampled_from(["", ":80", ":8482", ":"])).map("".join)
schemes = st.sampled_from(["", "http://", "https://", "1:http://", "acme://", "://"])
users = st.sampled_from(["", "", "user@", "user:@", "a:b@", "a:c@", "@", ":p@", "a:b/c@"])
tails = st.sampled_from(
    ["", "", "/", "/metrics", "/a/b.c", "/x y", "?a=b", "?a=c", "?a=", "?b", "#f", "/@x", "/a=b", "<removed>"]
) | st.sampled_from(["/insert/4242:7/x", "/insert/0/prometheus", "/select/777000001/", "/dir-1", "/a/dir-2.yml"])
urls = st.tuples(schemes, users, targets, tails).map("".join)
folders = st.sampled_from(sorted(PATH_WORDS)) | st.sampled_from(
    ["acme", "a.yml", "acme.yaml", "data.json", "dir-1", "dir-1.yml", "1_871CEA02A278095A", "1_0000000000000001", "x y"]
)
paths = st.tuples(
    st.sampled_from(["", "/", "C:\\", "~/"]), st.sampled_from(["/", "\\"]), st.lists(folders, min_size=1, max_size=4)
).map(lambda pieces: pieces[0] + pieces[1].join(pieces[2]))
tenants = st.tuples(numbers, st.sampled_from(["", ":0", ":7", ":x"])).map("".join) | st.sampled_from(
    ["multitenant", "4294967295", "4294967296", "00", "777000001", "777000002:0"]
)
hexes = st.integers(0, 2**64 - 1)
fingerprints = hexes.map("{:016x}".format) | hexes.map("{:016X}".format) | hexes.map("{:d}".format)
tokens = fingerprints.map("bearer_token:hash:{}".format)
branches = st.sampled_from(["acme", "heads", "acme-0-gabcdef0", "branch-1", "0", "v1.2.3-acme", ""])
versions = st.tuples(
    st.sampled_from(["vmagent", "victoria-metrics", "acme"]),
    st.sampled_from(["-20260101-101010-heads-", "-20260101-101010-tags-v1.150.0-", "-", ""]),
    branches,
    st.sampled_from(["", "-0-gabcdef0123", "-12-gabcdef0123-dirty-9f8e7d6c"]),
).map("".join)
metrics = st.sampled_from(
    ["up", "vm_rows", "go_goroutines", "acme:rows:rate5m", "acme", "metric_1", "metric_2", "vm_acme_total", "a b"]
)
PUBLIC = [
    *("/api/v1/write", "/", ":8482", "0.0.0.0:80", "[::]:8482", "indexdb/file", "eu-central-1", "1:secret-url", "prod"),
    *("lib/storage/storage.go:12", "/x/lib/storage/storage.go:12", "Europe/Zurich", "vmagent", "0", "6.1.0-18-amd64"),
]
plain = st.text(max_size=12) | st.sampled_from(PSEUDONYM_LIKE + PUBLIC)
values = targets | urls | paths | tenants | fingerprints | tokens | versions | metrics | plain

elements = values | values.map('"{}"'.format) | values.map("'{}'".format) | st.sampled_from(["true", "30s", "secret"])
flag_values = st.lists(elements, min_size=1, max_size=3).map(",".join)
places = st.sampled_from([*map(tuple, PLACES.values()), ("up", "acme_private"), ("up", "exported_instance")])
flags = st.sampled_from([*FLAGS.values(), ""])
label_values = st.tuples(places, values).map(lambda found: (*found[0], found[1], ""))
values_of_flags = st.tuples(flags, flag_values).map(lambda found: (FLAG, "value", found[1], found[0]))
spots = label_values | values_of_flags
"""(metric, label, value, flag): a value at its place."""
