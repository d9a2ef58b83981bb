"""A number in a scenario file: a constant or a distribution, with its source, confidence and note."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, model_validator
from pydantic_core import core_schema

if TYPE_CHECKING:
    import numpy as np

NORMAL_95 = 1.6448536269514722
KINDS = ("value", "uniform", "triangular", "normal", "lognormal", "beta", "gamma", "bernoulli", "choice")
UNCUT = ("value", "bernoulli", "choice")
LEAST_LEFT = 1e-9  # the least share of a distribution that a truncation must leave
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

    mean: Finite = Field(description="mean before truncation", examples=[12])
    sd: Finite = Field(gt=0, description="standard deviation before truncation", examples=[3])


class Lognormal(Shape):
    """Median, and either the 95 % quantile or the standard deviation of the logarithm."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["sigma"]}, {"required": ["p95"]}]})

    median: Finite = Field(gt=0, description="median", examples=[20])
    p95: Finite | None = Field(default=None, gt=0, description="95 % quantile, above the median", examples=[45])
    sigma: Finite | None = Field(
        default=None, gt=0, description="standard deviation of the natural logarithm", examples=[0.5]
    )

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
    """The two shapes; mean a / (a + b)."""

    a: Finite = Field(gt=0, description="first shape: weight of 1", examples=[2])
    b: Finite = Field(gt=0, description="second shape: weight of 0", examples=[8])


class Gamma(Shape):
    """Shape and rate (1 / scale): `shape` events seen in `rate` units of exposure."""

    shape: Finite = Field(gt=0, description="shape: events seen", examples=[2.7])
    rate: Finite = Field(gt=0, description="rate: units of exposure in which they were seen", examples=[7.5])


class Choice(Shape):
    """Values with weights."""

    values: list[Finite] = Field(min_length=1, description="what may be drawn", examples=[[1, 2, 4]])
    weights: list[Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(
        description="how likely each is, relative to the others", examples=[[0.5, 0.3, 0.2]]
    )

    @model_validator(mode="after")
    def has_a_weight_each(self) -> "Choice":
        """As many weights as values, not all zero."""
        if len(self.weights) != len(self.values) or sum(self.weights) <= 0:
            raise ValueError("choice needs as many weights as values, and one above 0")
        return self


class Quantity(BaseModel):
    """A number: `value`, or one distribution; drawn once a run where it is a distribution."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: Finite | None = Field(default=None, description="constant", examples=[15])
    uniform: tuple[Finite, Finite] | None = Field(
        default=None, description="[low, high]: all between as likely", examples=[[0.5, 0.9]]
    )
    triangular: tuple[Finite, Finite, Finite] | None = Field(
        default=None, description="[low, best, high]: most likely at best", examples=[[2500, 4500, 7000]]
    )
    normal: Normal | None = Field(
        default=None, description="mean and standard deviation", examples=[{"mean": 12, "sd": 3}]
    )
    lognormal: Lognormal | None = Field(
        default=None,
        description="median, and sigma (standard deviation of the natural logarithm) or p95 (95 % quantile)",
        examples=[{"median": 20, "sigma": 0.5}, {"median": 20, "p95": 45}],
    )
    beta: Beta | None = Field(default=None, description="from 0 to 1, mean a / (a + b)", examples=[{"a": 2, "b": 8}])
    gamma: Gamma | None = Field(
        default=None, description="from 0, mean shape / rate", examples=[{"shape": 2.7, "rate": 7.5}]
    )
    bernoulli: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="1 with this probability, else 0", examples=[0.35]
    )
    choice: Choice | None = Field(
        default=None, description="values with weights", examples=[{"values": [1, 2], "weights": [0.7, 0.3]}]
    )
    truncate: tuple[Finite | None, Finite | None] | None = Field(
        default=None,
        description="[low, high] outside of which nothing is drawn; null: no bound on that side; not with value, "
        "bernoulli or choice",
        examples=[[0, 1], [0, None]],
    )
    source: Sources = Field(
        default=[],
        description="where the number comes from: keys of the list of sources, or `assumption`; absent: as the entry",
        examples=[["assumption"], ["WP-CSC", "assumption"]],
    )
    confidence: Literal["low", "medium", "high"] | None = Field(
        default=None,
        description="how far the source is to be trusted; absent: as the entry, if its source is the entry's",
        examples=["medium"],
    )
    note: str = Field(default="", description="a sentence of why", examples=["core plus attached militia"])
    group: str | None = Field(
        default=None, description="numbers of one group share one draw of luck", examples=["isis_quality"]
    )
    correlation: Annotated[float, Field(ge=0, le=1)] = Field(
        default=1.0, description="with a group: correlation with its common factor; 1: the same luck", examples=[0.5]
    )

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
        return self

    @model_validator(mode="after")
    def leaves_something(self) -> "Quantity":
        """A truncation has ordered bounds, cuts a distribution of more than single values, and leaves some of it."""
        if self.truncate is None:
            return self
        low, high = self.truncate
        if low is not None and high is not None and low >= high:
            raise ValueError(f"truncate: found [{low:g}, {high:g}], [low, high] with low below high is allowed")
        if self.kind in UNCUT:
            curves = ", ".join(kind for kind in KINDS if kind not in UNCUT)
            raise ValueError(f"truncate: found with {self.kind}, one of {curves} is allowed with it")
        centre = middle(self.kind, getattr(self, self.kind))
        if (-math.inf if low is None else low) < centre < (math.inf if high is None else high):
            return self
        from sim.scenario import distributions  # imports Numba, which checking a scenario mostly does without

        below, up_to = distributions.shares_at(self.kind, getattr(self, self.kind), self.truncate)
        if up_to - below < LEAST_LEFT:
            raise ValueError(f"truncate: found bounds that leave nothing of {self}, bounds inside it are allowed")
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


def middle(kind: str, shape: Any) -> float:
    """Return a point round which a distribution has much of its mass: its best value, median or mean."""
    if kind in ("uniform", "triangular"):
        return float(shape[1] if kind == "triangular" else 0.5 * (shape[0] + shape[1]))
    if kind == "normal":
        return float(shape.mean)
    if kind == "lognormal":
        return float(shape.median)
    return float(shape.a / (shape.a + shape.b) if kind == "beta" else shape.shape / shape.rate)


@dataclass(frozen=True)
class Within:
    """The check that a number, or the whole support of a distribution, lies in a range; `words` tell the range.

    `open_low`: a constant must lie above `low`, while a distribution may begin there.
    """

    name: str
    low: float
    high: float
    words: str
    open_low: bool = False

    def check(self, quantity: Quantity) -> Quantity:
        """Return the number. Raises ValueError for one outside."""
        least, most = quantity.support()
        too_low = least < self.low or (self.open_low and quantity.is_constant and least <= self.low)
        if too_low or most > self.high:
            advice = "" if quantity.is_constant else "; truncate it"
            found = f"{least:g}" if quantity.is_constant else f"a distribution from {least:g} to {most:g}"
            raise ValueError(f"found {found}, {self.words} is allowed{advice}")
        return quantity

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Check after reading."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))


AnyNumber = Quantity
NonNegative = Annotated[Quantity, Within("NonNegative", 0.0, math.inf, "0 or more")]
Positive = Annotated[Quantity, Within("Positive", 0.0, math.inf, "a number above 0", open_low=True)]
Share = Annotated[Quantity, Within("Share", 0.0, 1.0, "a share from 0 to 1")]
AtLeastOne = Annotated[Quantity, Within("AtLeastOne", 1.0, math.inf, "1 or more")]
