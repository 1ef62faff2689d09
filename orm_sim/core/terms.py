"""Terms: the frozen, strict nouns that files are read into, and the contradictions between their fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Final, Self, TypeVar, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    Strict,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError, core_schema

X = TypeVar("X")

Many = Annotated[tuple[X, ...], Strict(False)]
"""A list in the file, a tuple in Python: `tiers: Many[Tier]`."""

Share = Annotated[float, Field(ge=0, le=1)]
"""A ratio from 0 to 1, for entries of a list: `profile: Many[Share]`."""

NotNegative = Annotated[float, Field(ge=0)]
"""A finite number, 0 or more, for entries of a list."""

Positive = Annotated[float, Field(gt=0)]
"""A finite number above 0, for entries of a list."""

CONTRADICTION = "contradiction"
"""The pydantic error type under which a broken `Rule` travels."""

INVALID: Final = object()
"""What `valid_value` gives for a field that cannot be read."""
_KNOWN_ERRORS = frozenset(get_args(core_schema.ErrorType))


@dataclass(frozen=True, slots=True)
class Rule:
    """A contradiction between fields that are each valid alone.

    Parameters
    ----------
    fields : tuple of str
        The fields it speaks about, of the term or, dotted, of terms inside it (`"payment.net_days"`).
        `broken` gets their values in this order, by position.
    broken : callable
        Returns None when all is well, else the sentence that says what contradicts what.

    Examples
    --------
    >>> Rule(("low", "high"), lambda low, high: None if low <= high else "low must not exceed high").fields
    ('low', 'high')
    """

    fields: tuple[str, ...]
    broken: Callable[..., str | None]


class Term(BaseModel):
    """A frozen, strict noun: unknown keys, non-finite numbers and values of another type are refused.

    A subclass is documented by the string under each field, and lists its contradictions in `rules`.  They
    are checked whenever the fields they name are valid, even when other fields, here or elsewhere, are not;
    all of it arrives in one ValidationError.
    """

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )

    rules: ClassVar[tuple[Rule, ...]] = ()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse a rule about a field that is not there while the class is made, not when a file is wrong."""
        super().__pydantic_init_subclass__(**kwargs)
        for name in (each for rule in cls.rules for each in rule.fields):
            if name.split(".")[0] not in cls.model_fields:
                raise TypeError(f"{cls.__name__} has a rule about '{name}', which is not a field of it")

    def changed(self, **changes: Any) -> Self:
        """The same term with some fields replaced, checked like a new one."""
        kept = {name: getattr(self, name) for name in self.model_fields_set}
        keys = {name: info.alias or name for name, info in type(self).model_fields.items()}
        given = {keys.get(name, name): value for name, value in {**kept, **changes}.items()}
        return type(self).model_validate(given)

    @model_validator(mode="wrap")
    @classmethod
    def _with_contradictions(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(data, cls):
            return handler(data)
        try:
            term = handler(data)
        except ValidationError as error:
            lines = error.errors(include_url=False)
            # pydantic runs this twice for a term that contains itself: nothing is to be said twice.
            own = [each for each in lines if each["type"] == CONTRADICTION and not each["loc"]]
            said = [each["ctx"]["sentence"] for each in own]
            new = [each for each in _contradictions(cls, data, None) if each["ctx"]["sentence"] not in said]
            if not new:
                raise
            known = [again(each) for each in lines]
            raise ValidationError.from_exception_data(cls.__name__, known + new) from None
        broken = list(_contradictions(cls, data, term))
        if broken:
            raise ValidationError.from_exception_data(cls.__name__, broken)
        return term


def _contradictions(model: type[Term], data: Any, term: Term | None) -> Iterator[InitErrorDetails]:
    """The broken rules of a term, or, where it could not be made, those whose own fields are valid."""
    for rule in model.rules:
        if term is None:
            values = [valid_value(model, data, tuple(name.split("."))) for name in rule.fields]
        else:
            values = [_reach(term, tuple(name.split("."))) for name in rule.fields]
        if any(value is INVALID for value in values):
            continue
        sentence = rule.broken(*values)
        if sentence is not None:
            context = {"sentence": sentence, "fields": rule.fields}
            error = PydanticCustomError(CONTRADICTION, "{sentence}", context)
            yield InitErrorDetails(type=error, loc=(), input=data, ctx=context)


def _reach(value: Any, names: tuple[str, ...]) -> Any:
    """The value down a chain of attributes; None where an optional term on the way is not given."""
    for name in names:
        if value is None:
            return None
        value = getattr(value, name)
    return value


def valid_value(model: type[Term], data: Any, names: tuple[str, ...]) -> Any:
    """What a field (or one down a chain of terms) would hold if it were read alone, or `INVALID`."""
    if not isinstance(data, Mapping):
        return INVALID
    name, rest = names[0], names[1:]
    info = model.model_fields[name]
    key = info.alias or name
    if key not in data:
        default = INVALID if info.is_required() else info.get_default(call_default_factory=True)
        return default if default is INVALID else _reach(default, rest)
    try:
        value = getattr(_alone(model, name)(**{key: data[key]}), name)
    except ValidationError:
        nested = info.annotation
        if rest and isinstance(nested, type) and issubclass(nested, Term):
            return valid_value(nested, data[key], rest)
        return INVALID
    return _reach(value, rest)


@cache
def _alone(model: type[Term], name: str) -> type[BaseModel]:
    """A model with one field of another, to read that field whatever became of its neighbours."""
    info = model.model_fields[name]
    definition: dict[str, Any] = {name: (info.annotation, info)}
    title = f"{model.__name__}_{name}"
    alone: type[BaseModel] = create_model(title, __config__=model.model_config, **definition)
    return alone


def again(error: ErrorDetails) -> InitErrorDetails:
    """A line error of a ValidationError in the form that a new one is made from."""
    context = error.get("ctx", {})
    kind: str | PydanticCustomError = error["type"]
    if error["type"] not in _KNOWN_ERRORS:
        # A template is rendered again: a contradiction keeps its own, any other message is a finished text.
        template = "{sentence}" if "sentence" in context else error["msg"]
        kind = PydanticCustomError(error["type"], template, context)
    return InitErrorDetails(type=kind, loc=error["loc"], input=error["input"], ctx=context)
