"""What can go wrong with a model. None of it is the caller's end: a template says it as well."""

from homepot.core.errors import BadInput, Unavailable


class ModelAway(Unavailable):
    """No model server answers just now."""

    kind = "model-away"
    title = "No model"


class ModelOff(ModelAway):
    """The language model is switched off (AI_ENABLED=false); words are those of templates."""

    kind = "model-off"


class ModelSlow(ModelAway):
    """The model took too long to answer."""

    kind = "model-slow"


class ModelFailed(ModelAway):
    """The model server answered with something that is no answer."""

    kind = "model-failed"


class NoSuchModel(BadInput):
    """There is no model of this name."""

    kind = "no-such-model"
    title = "No such model"


class PromptTooLong(BadInput):
    """The prompt does not fit into the window of the model."""

    kind = "prompt-too-long"
    title = "Prompt too long"
