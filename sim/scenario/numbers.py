"""TEMPORARY by lead until the helper's file arrives."""
from typing import Annotated, Any
import math
import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator
from sim.draws import standard_normal_quantile

class Quantity(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    value: float | None = None
    uniform: tuple[float, float] | None = None
    triangular: tuple[float, float, float] | None = None
    normal: dict | None = None
    lognormal: dict | None = None
    beta: dict | None = None
    gamma: dict | None = None
    bernoulli: float | None = None
    choice: dict | None = None
    truncate: Any = None
    source: Any = []
    confidence: str | None = None
    note: str = ""
    group: str | None = None
    correlation: float = 1.0
    @model_validator(mode="before")
    @classmethod
    def bare(cls, v):
        if isinstance(v, str):
            v = float(v)
        return {"value": v} if isinstance(v, (int, float)) else v
    @property
    def is_constant(self): return self.value is not None
    @property
    def constant(self): return self.value
    def median(self): return self.value if self.is_constant else float(self.quantiles(np.array([.5]))[0])
    def quantiles(self, u):
        from scipy import special
        z = np.array([standard_normal_quantile(float(x)) for x in u])
        if self.value is not None: return np.full(len(u), self.value)
        if self.uniform: return self.uniform[0]+u*(self.uniform[1]-self.uniform[0])
        if self.triangular:
            a,c,b=self.triangular
            f=(c-a)/(b-a)
            return np.where(u<f, a+np.sqrt(u*(b-a)*(c-a)), b-np.sqrt((1-u)*(b-a)*(b-c)))
        if self.normal: return self.normal["mean"]+self.normal["sd"]*z
        if self.lognormal:
            m=self.lognormal["median"]; s=self.lognormal.get("sigma") or math.log(self.lognormal["p95"]/m)/1.6448536
            return np.array([m*math.exp(s*x) for x in z])
        if self.beta: return special.betaincinv(self.beta["a"],self.beta["b"],u)
        if self.gamma: return special.gammaincinv(self.gamma["shape"],u)/self.gamma["rate"]
        if self.bernoulli is not None: return (u>1-self.bernoulli).astype(float)
        if self.choice:
            w=np.cumsum(self.choice["weights"])/sum(self.choice["weights"])
            return np.array(self.choice["values"],float)[np.searchsorted(w,u)]
        raise ValueError
AnyNumber = NonNegative = Positive = Share = AtLeastOne = Quantity
