"""What each kind of value becomes: the structure that support needs stays, the rest cannot be guessed."""

from __future__ import annotations

import ipaddress
import re

import pytest

from vmexporter.core.components import FAMILY
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.pseudonyms import Pseudonyms
from vmexporter.core.privacy.vocabulary import COMPONENT_WORDS, DASHBOARD_WORDS, JOB_COMPONENTS

KEY = bytes(range(32))
OFFICIAL_RULE = re.compile(
    ".*(victoriametrics|vmselect|vminsert|vmstorage|vmagent|vmalert|vmsingle|vmalertmanager|vmauth).*"
)


@pytest.fixture
def pseudonyms() -> Pseudonyms:
    return Pseudonyms(PseudonymMap(KEY))


def test_ipv4_keeps_port_and_subnet(pseudonyms: Pseudonyms) -> None:
    first, second = pseudonyms.target("192.168.1.10:8482"), pseudonyms.target("192.168.1.11:8482")
    other = pseudonyms.target("192.168.2.10")
    assert re.fullmatch(r"777\.777\.\d+\.\d+:8482", first)
    assert first.rpartition(".")[0] == second.rpartition(".")[0] != other.rpartition(".")[0]
    assert first != second
    assert pseudonyms.host("192.168.1.10") == first.partition(":")[0] == pseudonyms.target("192.168.1.10")


def test_every_host_of_a_subnet_has_a_place(pseudonyms: Pseudonyms) -> None:
    found = {pseudonyms.host(f"10.0.0.{host}") for host in range(256)}
    assert len(found) == 256
    assert len({text.rpartition(".")[0] for text in found}) == 1


def test_70_000_instances_in_280_subnets_stay_distinct_and_parseable(pseudonyms: Pseudonyms) -> None:
    found = {pseudonyms.target(f"10.{n // 250 % 7}.{n // 1750 % 40}.{n % 250}:{8480 + n % 3}") for n in range(70_000)}
    assert len(found) == 70_000
    numbers = [list(map(int, value.partition(":")[0].split("."))) for value in found]
    assert {tuple(row[:2]) for row in numbers} == {(777, 777), (777, 778)}
    assert all(len(row) == 4 and min(row[2:]) > 0 and max(row[2:]) <= 256 for row in numbers)


@pytest.mark.parametrize("value", ["777.777.1.1", "010.1.1.1", "10.0.0.256", "1.2.3", "1.2.3.4.5", "10.0.0.1."])
def test_what_only_looks_like_an_address_is_a_name(pseudonyms: Pseudonyms, value: str) -> None:
    assert re.fullmatch(r"(name-\d+\.?)+", pseudonyms.target(value))


def test_ipv6_keeps_brackets_port_and_subnet(pseudonyms: Pseudonyms) -> None:
    first, second = pseudonyms.target("[fd12:3456:789a::1]:8482"), pseudonyms.target("[fd12:3456:789a::2]:8482")
    other = pseudonyms.target("[fd12:3456:789a:1::1]:8482")
    assert re.fullmatch(r"\[7777:7777::[0-9a-f]+:[0-9a-f]+\]:8482", first)
    assert first.split(":")[3] == second.split(":")[3] != other.split(":")[3]
    assert pseudonyms.target("fd12:3456:789a::1") == first[1:].partition("]")[0]


def test_ipv6_spellings_are_one_host_and_stay_apart(pseudonyms: Pseudonyms) -> None:
    spellings = ["fd12::a", "FD12::A", "fd12:0:0:0:0:0:0:a", "fd12:0000::000a", "fd12::0.0.0.10"]
    found = [pseudonyms.target(spelling) for spelling in spellings]
    assert len(set(found)) == len(spellings)
    assert len({text.partition("::")[2] for text in found}) == 1
    assert all(ipaddress.IPv6Address(text) for text in found)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("fe80::1%eth0", r"7777:7777::\w+:\w+%name-\d+"),
        ("[fe80::1%25eth0]:80", r"\[7777:7777::\w+:\w+%25name-\d+\]:80"),
        ("::1", r"7777:7777::\w+:\w+"),
        ("::ffff:10.20.30.40", r"::ffff:777\.777\.\d+\.\d+"),
        ("[::ffff:10.20.30.40]:80", r"\[::ffff:777\.777\.\d+\.\d+\]:80"),
        ("[not an address]:80", r"instance-\d+"),
        ("fd12::1::2", r"instance-\d+"),
    ],
)
def test_ipv6_with_something_special(pseudonyms: Pseudonyms, value: str, form: str) -> None:
    assert re.fullmatch(form, pseudonyms.target(value))


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("acme-vmstorage-0", r"name-A-vmstorage-0"),
        ("vminsert-acme-7f9c5d6b8-x2x4q", r"vminsert-name-A"),
        ("vmstorage-0.vmstorage.ns-a.svc.cluster.local:8401", r"vmstorage-0.vmstorage.name-A.svc.cluster.local:8401"),
        ("db-7.acme.example:8428", r"name-A-7.name-B.example:8428"),
        ("localhost:8428", r"localhost:8428"),
        ("victoria-metrics-0", r"victoria-metrics-0"),
        ("vmagent_acme", r"vmagent_name-A"),
        ("vmstorage-4242", r"vmstorage-name-A"),
        ("myvmstorage", r"name-A"),
        ("name-3", r"name-A-3"),
        ("name-3-vmauth", r"name-A-vmauth"),
        ("7", r"name-A"),
        ("cluster-1", r"name-A-1"),
        ("日本.acme", r"name-A.name-B"),
        ("acme.com", r"name-A.com"),
        ("acme.eu", r"name-A.name-B"),
        ("com", r"name-A"),
        ("acme.com.", r"name-A.name-B."),
        (".com", r".name-A"),
        ("com.acme", r"name-A.name-B"),
        ("acme.COM", r"name-A.name-B"),
        ("a..b.", r"name-A..name-B."),
        ("-", r"name-A"),
        ("", r""),
        (":8428", r":8428"),
    ],
)
def test_host_names_part_by_part(pseudonyms: Pseudonyms, value: str, form: str) -> None:
    pattern = re.sub("name-[A-Z]", r"name-\\d+", re.escape(form).replace(r"\-", "-"))
    assert re.fullmatch(pattern, pseudonyms.target(value))


def test_parents_and_names_are_shared(pseudonyms: Pseudonyms) -> None:
    first, second = pseudonyms.host("db-7.acme.example"), pseudonyms.host("web-1.acme.example")
    assert first.partition(".")[2] == second.partition(".")[2]
    assert pseudonyms.name("vmstorage-acme-0") == pseudonyms.target("vmstorage-acme-0.ns.svc:80").partition(".")[0]


@pytest.mark.parametrize(
    "form", ["ip-{}.eu-central-1.compute.internal", "{}.ns-a.pod.cluster.local", "ec2-{}.x", "ip-{}-2"]
)
@pytest.mark.parametrize("dash", ["-", "_"])
def test_an_address_in_a_name_agrees_with_the_address(pseudonyms: Pseudonyms, form: str, dash: str) -> None:
    name = pseudonyms.host(form.format("10-20-30-40").replace("-", dash))
    assert pseudonyms.host("10.20.30.40").replace(".", dash) in name


@pytest.mark.parametrize(
    ("job", "components", "form"),
    [
        ("production-vmstorage", {"vmstorage"}, r"vmstorage-job-\d+"),
        ("vmagent-of-vmstorage", {"vmstorage"}, r"vmstorage-vmagent-job-\d+"),
        ("metrics", {"vmstorage"}, r"storage-job-\d+"),
        ("victoria-metrics", {"vmsingle"}, r"victoria-metrics-job-\d+"),
        ("self", {"vmsingle"}, r"single-job-\d+"),
        ("monitoring", {"vmselect", "vminsert"}, r"vm-job-\d+"),
        ("acme-vmselect", {"vmselect", "vminsert"}, r"vm-vmselect-job-\d+"),
        ("acme", {"vmbackupmanager"}, r"vmbackupmanager-job-\d+"),
        ("acme", {"acme-own-build"}, r"job-\d+"),
        ("acme", {"operator"}, r"operator-job-\d+"),
        ("acme", {"vmalert-tool"}, r"alert-tool-job-\d+"),
        ("victoria-logs", {"vlsingle"}, r"victoria-logs-job-\d+"),
        ("acme", set(), r"job-\d+"),
        ("my-vmalertmanager", set(), r"vmalertmanager-job-\d+"),
        ("my-vmalertmanager", {"vmalert"}, r"vmalertmanager-job-\d+"),
        ("", {"vmagent"}, r""),
    ],
)
def test_jobs(job: str, components: set[str], form: str) -> None:
    assert re.fullmatch(form, Pseudonyms(PseudonymMap(KEY), {job: frozenset(components)}).job(job))


@pytest.mark.parametrize("component", [(), *((word,) for word in sorted(JOB_COMPONENTS)), ("vmselect", "vminsert")])
def test_official_rules_find_a_job_when_they_found_the_original_and_never_else(component: tuple[str, ...]) -> None:
    names = [
        "acme",
        "Production",
        *(f"x-{word}-y" for word in COMPONENT_WORDS),
        *(f"my{word}1" for word in COMPONENT_WORDS),
    ]
    pseudonyms = Pseudonyms(PseudonymMap(KEY), dict.fromkeys(names, frozenset(component)))
    for name in names:
        found = pseudonyms.job(name)
        assert bool(OFFICIAL_RULE.fullmatch(found)) == bool(OFFICIAL_RULE.fullmatch(name))
        assert {word for word in DASHBOARD_WORDS if word in found} == {word for word in DASHBOARD_WORDS if word in name}


def test_every_program_of_the_family_can_stand_in_a_job() -> None:
    assert FAMILY <= JOB_COMPONENTS


def test_a_job_keeps_its_pseudonym_when_discovery_says_something_else() -> None:
    pseudonyms = PseudonymMap(KEY)
    first = Pseudonyms(pseudonyms, {"acme": frozenset({"vmbackup"})}).job("acme")
    assert Pseudonyms(pseudonyms, {"acme": frozenset({"vmctl"})}).job("acme") == first
    assert Pseudonyms(pseudonyms).job("acme") == first


@pytest.mark.parametrize(
    ("label", "form"),
    [
        ("customer", r"customer-\d+"),
        ("vm_account_id", r"vm_account_id-\d+"),
        ("name", r"name-\d+"),
        ("vmstorage", r"label-\d+"),
        ("étiquette", r"label-\d+"),
        ("a-b", r"label-\d+"),
    ],
)
def test_plain_values(pseudonyms: Pseudonyms, label: str, form: str) -> None:
    found = pseudonyms.text(label, "Secret Customer GmbH")
    assert re.fullmatch(form, found)
    assert found == pseudonyms.plain(label, "Secret Customer GmbH") != pseudonyms.text(label, "secret customer gmbh")
    assert pseudonyms.text(label, "") == "" == pseudonyms.plain(label, "")


def test_a_number_after_one_word_is_given_once_whatever_the_kind(pseudonyms: Pseudonyms) -> None:
    names = {pseudonyms.host(f"acme{n}") for n in range(3000)}
    assert names.isdisjoint({pseudonyms.plain("name", f"acme{n}") for n in range(3000)})


@pytest.mark.parametrize(
    ("value", "same_as"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("10.1.2.3:8401", "10.1.2.3:8401"),
        ("[fd12::1]:80", "[fd12::1]:80"),
        ("fd12::1", "fd12::1"),
        ("db-7.acme.example:8428", "db-7.acme.example:8428"),
        ("http://db-7.acme.example:8428/", "http://db-7.acme.example:8428/"),
    ],
)
def test_addresses_are_found_in_any_label(pseudonyms: Pseudonyms, value: str, same_as: str) -> None:
    assert pseudonyms.text("upstream", value) == pseudonyms.target(same_as)


@pytest.mark.parametrize("value", ["acme.example", "v1.2.3", "a:b", "4242:7", "[x]", "12:30:00 o'clock"])
def test_what_may_be_anything_is_a_plain_value_of_a_label_of_no_known_meaning(
    pseudonyms: Pseudonyms, value: str
) -> None:
    assert re.fullmatch(r"customer-\d+", pseudonyms.text("customer", value))


def test_enrolled_values_get_small_numbers_whose_order_follows_the_key_only() -> None:
    jobs = [f"team-{n:02d}-vmstorage" for n in range(40)]
    orders = set()
    for key in (b"a" * 32, b"b" * 32):
        pseudonyms = Pseudonyms(PseudonymMap(key), {job: frozenset({"vmstorage"}) for job in jobs})
        pseudonyms.enroll(reversed(jobs), [f"10.0.0.{n}:8482" for n in range(40)])
        numbers = [int(pseudonyms.job(job).rpartition("-")[2]) for job in jobs]
        assert sorted(numbers) == list(range(1, 41))
        assert numbers != sorted(numbers)
        targets = {pseudonyms.target(f"10.0.0.{n}:8482") for n in range(40)}
        assert targets == {f"777.777.1.{n}:8482" for n in range(1, 41)}
        orders.add(tuple(numbers))
    assert len(orders) == 2
