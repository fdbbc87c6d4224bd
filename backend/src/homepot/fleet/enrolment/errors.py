"""Refusals at the doors of devices; see core/errors.py for the tree they hang on."""

from homepot.core.errors import Conflict, NotAllowed, NotSignedIn


class WrongDeviceKey(NotSignedIn):
    """X-Device-ID and X-API-Key are missing, or do not fit together, or the key has ended."""

    kind = "wrong-device-key"


class WrongBootstrapKey(NotSignedIn):
    """This site and this bootstrap key do not fit together, or the key has ended."""

    kind = "wrong-bootstrap-key"


class WrongClaim(NotSignedIn):
    """This enrolment and this claim token do not fit together, or the time to claim has ended."""

    kind = "wrong-claim"


class ClaimedAlready(Conflict):
    """This enrolment has been claimed: each can be once. Ask for a new one."""

    kind = "claimed-already"


class OtherDevice(NotAllowed):
    """This enrolment is meant for another device: expected_device_identity is not the same."""

    kind = "other-device"


class NotThisDevice(NotAllowed):
    """A device speaks for itself alone: the id in the request is not the one of X-Device-ID."""

    kind = "not-this-device"


class DeviceNotAtWork(NotAllowed):
    """This device is suspended or no longer paired; a person must take it back into service."""

    kind = "device-not-at-work"
