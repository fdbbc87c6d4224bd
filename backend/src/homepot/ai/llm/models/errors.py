"""Why a model cannot be had or used. Each says what to do."""

from homepot.core.errors import BadInput, NotFound, Unavailable


class ModelNotThere(NotFound):
    """There is no model of this name here."""

    kind = "model-not-there"
    title = "No such model"


class NotAModel(BadInput):
    """The file is no model."""

    kind = "not-a-model"
    title = "Not a model"


class WrongChecksum(BadInput):
    """The file is not the one that was meant: its checksum is another."""

    kind = "wrong-checksum"
    title = "Wrong checksum"


class CannotPull(Unavailable):
    """The model could not be fetched."""

    kind = "cannot-pull"
    title = "Cannot pull"
