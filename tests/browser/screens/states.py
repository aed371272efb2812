"""Every page in every state, as functions that bring a browser there."""

from tests.browser.screens.desk_states import STAFF as DESK
from tests.browser.screens.life_states import LIFE, LIFE_PUBLIC
from tests.browser.screens.own_states import OWN
from tests.browser.screens.public_states import PUBLIC as PAGES
from tests.browser.screens.sent_states import SENT
from tests.browser.visit import CHANGE, FORM, State, Visit

__all__ = ["CHANGE", "FORM", "PUBLIC", "STAFF", "STATES", "Visit"]

PUBLIC: dict[str, State] = PAGES | OWN | SENT | LIFE_PUBLIC
STAFF: dict[str, State] = DESK | LIFE
STATES = PUBLIC | STAFF
