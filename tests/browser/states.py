"""Every page in every state, as functions that bring a browser there."""

from tests.browser.desk_states import DESK
from tests.browser.public_states import PUBLIC
from tests.browser.visit import CHANGE, FORM, Visit

__all__ = ["CHANGE", "DESK", "FORM", "PUBLIC", "STATES", "Visit"]

STATES = PUBLIC | DESK
