"""What a way to a state of the wizard begins with."""

from __future__ import annotations

from dataclasses import dataclass

from tests.browser.keeping import Kept
from tests.browser.wizard import Wizard
from tests.fakes.proxy import FaultProxy


@dataclass(frozen=True)
class Scene:
    """A tab, the states it may begin with (of the recorded cluster, of four programs), and the proxy before both."""

    wizard: Wizard
    kept: Kept
    small: Kept
    proxy: FaultProxy
