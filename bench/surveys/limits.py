"""How a figure is set beside its limit."""


def most(what: str, value: float, limit: float, unit: str) -> None:
    """At most `limit`: below 1.00 of it is well."""
    print(f"  {what}: {value:,.2f} {unit}, {value / limit:.2f} of the limit of {limit:g} {unit}", flush=True)


def least(what: str, value: float, limit: float, unit: str) -> None:
    """At least `limit`: above 1.00 of it is well."""
    print(f"  {what}: {value:,.2f} {unit}, {value / limit:.2f} of the least of {limit:g} {unit}", flush=True)
