"""A number in a scenario file: a constant or a distribution, with its source, confidence and note."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    import numpy as np

NORMAL_95 = 1.6448536269514722
KINDS = ("value", "uniform", "triangular", "normal", "lognormal", "beta", "gamma", "bernoulli", "choice")
Finite = Annotated[float, Field(allow_inf_nan=False)]


def as_list(value: Any) -> Any:
    """Return a single id as a list of one; `a; b` and `a|b` are two."""
    if isinstance(value, str):
        return [part.strip() for part in value.replace("|", ";").split(";") if part.strip()]
    return [] if value is None else value


Sources = Annotated[list[str], BeforeValidator(as_list)]


class Shape(BaseModel):
    """The parameters of a distribution."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Normal(Shape):
    """Mean and standard deviation."""

    mean: Finite
    sd: Finite = Field(gt=0)


class Lognormal(Shape):
    """Median, and either the 95 % quantile or the standard deviation of the logarithm."""

    median: Finite = Field(gt=0)
    p95: Finite | None = Field(default=None, gt=0)
    sigma: Finite | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def has_one_spread(self) -> "Lognormal":
        """Exactly one of p95 and sigma."""
        if (self.p95 is None) == (self.sigma is None):
            raise ValueError("a lognormal needs its median and one of p95 and sigma")
        if self.p95 is not None and self.p95 <= self.median:
            raise ValueError(f"p95: found {self.p95:g}, more than the median {self.median:g} is allowed")
        return self

    @property
    def spread(self) -> float:
        """The standard deviation of the logarithm."""
        if self.sigma is not None:
            return self.sigma
        return math.log((self.p95 or 1.0) / self.median) / NORMAL_95


class Beta(Shape):
    """The two shapes."""

    a: Finite = Field(gt=0)
    b: Finite = Field(gt=0)


class Gamma(Shape):
    """Shape and rate (1 / scale): `shape` events seen in `rate` units of exposure."""

    shape: Finite = Field(gt=0)
    rate: Finite = Field(gt=0)


class Choice(Shape):
    """Values with weights."""

    values: list[Finite] = Field(min_length=1)
    weights: list[Annotated[float, Field(ge=0, allow_inf_nan=False)]]

    @model_validator(mode="after")
    def has_a_weight_each(self) -> "Choice":
        """As many weights as values, not all zero."""
        if len(self.weights) != len(self.values) or sum(self.weights) <= 0:
            raise ValueError("choice needs as many weights as values, and one above 0")
        return self


class Quantity(BaseModel):
    """A number: `value`, or one distribution; drawn once a run where it is a distribution."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: Finite | None = None
    uniform: tuple[Finite, Finite] | None = None
    triangular: tuple[Finite, Finite, Finite] | None = None
    normal: Normal | None = None
    lognormal: Lognormal | None = None
    beta: Beta | None = None
    gamma: Gamma | None = None
    bernoulli: Annotated[float, Field(ge=0, le=1)] | None = None
    choice: Choice | None = None
    truncate: tuple[Finite | None, Finite | None] | None = None
    source: Sources = []
    confidence: Literal["low", "medium", "high"] | None = None
    note: str = ""
    group: str | None = Field(default=None, description="members of a group share their luck")
    correlation: Annotated[float, Field(ge=0, le=1)] = 1.0

    @model_validator(mode="before")
    @classmethod
    def read(cls, found: Any) -> Any:
        """Accept a bare number (in a table's cell also as text)."""
        if isinstance(found, str):
            try:
                return {"value": float(found)}
            except ValueError:
                found = None
        if isinstance(found, bool) or not isinstance(found, int | float | dict | Quantity):
            raise ValueError("a number or a distribution is allowed")
        return {"value": float(found)} if isinstance(found, int | float) else found

    @model_validator(mode="after")
    def is_one_thing(self) -> "Quantity":
        """Exactly one of value and the distributions, with ordered bounds."""
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(KINDS)} is allowed, found {', '.join(given) or 'none'}")
        for kind in ("uniform", "triangular"):
            bounds = getattr(self, kind)
            if bounds is not None and (list(bounds) != sorted(bounds) or bounds[0] == bounds[-1]):
                raise ValueError(f"{kind}: found {list(bounds)}, numbers in rising order are allowed")
        low, high = self.truncate or (None, None)
        if low is not None and high is not None and low >= high:
            raise ValueError(f"truncate: found [{low:g}, {high:g}], [low, high] with low below high is allowed")
        return self

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> "Quantity":
        """Return itself: it cannot be changed, and as a default it is copied for every entry."""
        return self

    @property
    def kind(self) -> str:
        """The name of what it is: "value" or a distribution."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def is_constant(self) -> bool:
        """Whether it is a constant."""
        return self.value is not None

    @property
    def constant(self) -> float:
        """The constant. Raises ValueError for a distribution."""
        if self.value is None:
            raise ValueError("a distribution has no constant value")
        return self.value

    def support(self) -> tuple[float, float]:
        """Return the lowest and highest value it can take."""
        low, high = support(self.kind, getattr(self, self.kind))
        cut_low, cut_high = self.truncate or (None, None)
        return max(low, -math.inf if cut_low is None else cut_low), min(
            high, math.inf if cut_high is None else cut_high
        )

    def median(self) -> float:
        """Return the median."""
        if self.value is not None:
            return float(self.value)
        import numpy as np

        return float(self.quantiles(np.array([0.5]))[0])

    def quantiles(self, uniforms: "np.ndarray") -> "np.ndarray":
        """Return the inverse distribution function (float64, 1-D) of uniforms in (0, 1)."""
        from sim.scenario import distributions  # imports Numba, which checking a scenario does without

        return distributions.quantiles(self.kind, getattr(self, self.kind), self.truncate, uniforms)

    def __str__(self) -> str:
        """Show it as a scenario file would."""
        found = getattr(self, self.kind)
        if self.is_constant:
            return f"{found:g}"
        if isinstance(found, Sequence):
            return f"{self.kind} [{', '.join(f'{one:g}' for one in found)}]"
        if isinstance(found, BaseModel):
            return (
                f"{self.kind} ({', '.join(f'{key} {one}' for key, one in found.model_dump(exclude_none=True).items())})"
            )
        return f"{self.kind} {found:g}"


def support(kind: str, shape: Any) -> tuple[float, float]:
    """Return the lowest and highest value of a distribution before truncation."""
    if kind == "value":
        return shape, shape
    if kind in ("uniform", "triangular"):
        return shape[0], shape[-1]
    if kind in ("lognormal", "gamma"):
        return 0.0, math.inf
    if kind in ("beta", "bernoulli"):
        return 0.0, 1.0
    if kind == "choice":
        return min(shape.values), max(shape.values)
    return -math.inf, math.inf


def within(low: float, high: float, words: str, open_low: bool = False) -> AfterValidator:
    """Return the check that a number, or the whole support of a distribution, lies in a range."""

    def check(quantity: Quantity) -> Quantity:
        least, most = quantity.support()
        too_low = least < low or (open_low and quantity.is_constant and least <= low)
        if too_low or most > high:
            advice = "" if quantity.is_constant else "; truncate it"
            found = f"{least:g}" if quantity.is_constant else f"a distribution from {least:g} to {most:g}"
            raise ValueError(f"found {found}, {words} is allowed{advice}")
        return quantity

    return AfterValidator(check)


AnyNumber = Quantity
NonNegative = Annotated[Quantity, within(0.0, math.inf, "0 or more")]
Positive = Annotated[Quantity, within(0.0, math.inf, "a number above 0", open_low=True)]
Share = Annotated[Quantity, within(0.0, 1.0, "a share from 0 to 1")]
AtLeastOne = Annotated[Quantity, within(1.0, math.inf, "1 or more")]
