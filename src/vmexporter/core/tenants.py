"""Names of tenants: ``accountID[:projectID]``, both of 32 bits, or ``multitenant``.

Rule: ``5`` and ``5:0`` are the same tenant, and a project is never dropped.
Facts: https://docs.victoriametrics.com/victoriametrics/cluster-victoriametrics/#multitenancy
"""

from __future__ import annotations

from vmexporter.errors import InvalidInput

MULTITENANT = "multitenant"
MAX_ID = 2**32 - 1


def is_tenant(text: str) -> bool:
    """Whether *text* names a tenant."""
    ids = text.split(":")
    return text == MULTITENANT or (len(ids) <= 2 and all(_is_id(part) for part in ids))


def canonical_tenant(text: str) -> str:
    """The one way to write the tenant *text*: without leading zeros, and without a project 0."""
    if text == MULTITENANT:
        return text
    account, _, project = text.partition(":")
    return str(int(account)) if int(project or 0) == 0 else f"{int(account)}:{int(project)}"


def checked_tenant(text: str) -> str:
    """*text* without blanks around it.

    Raises:
        InvalidInput: it names no tenant.
    """
    tenant = text.strip()
    if tenant and not is_tenant(tenant):
        raise InvalidInput(
            "cannot use this tenant: it is neither accountID[:projectID] nor multitenant",
            hint="both ids are numbers from 0 to 4294967295, for example 0, 1011 or 5:7",
            field="tenant",
        )
    return tenant


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= MAX_ID
