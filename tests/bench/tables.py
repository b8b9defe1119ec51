"""Figures of the translation benchmark as text for people."""


def show(figures: dict[str, object]) -> None:
    """Tables for people."""
    for name, value in figures.items():
        if not isinstance(value, dict):
            print(f"{name:<48}{value!s:>10}")
            continue
        print(f"\n{name}")
        if rows := value.get("rows"):
            print(f"  {'times as fast':<46}{'texts':>8}{'asked':>8}{'wall':>8}{'CPU':>8}")
        for each in rows or ():
            asked = "" if each.asked is None else f"{each.asked:g}"
            verdict = ""
            if each.asked is not None:
                verdict = "   reached" if each.wall >= each.asked else "   missed"
            speeds = f"{asked:>8}{each.wall:>8}{each.cpu:>8}"
            print(f"  {each.what:<46}{each.sentences:>8,}{speeds}{verdict}")
        _show({key: part for key, part in value.items() if key != "rows"}, 1)


def _show(values: dict[str, object], depth: int) -> None:
    for key, value in values.items():
        if isinstance(value, dict) and any(isinstance(v, dict | list) for v in value.values()):
            print(f"{'  ' * depth}{key}")
            _show(value, depth + 1)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            print(f"{'  ' * depth}{key}")
            for each in value:
                print(f"{'  ' * (depth + 1)}{_line(each)}")
        elif isinstance(value, dict):
            print(f"{'  ' * depth}{key:<44}{_line(value)}")
        else:
            print(f"{'  ' * depth}{key:<44}{value!s:>10}")


def _line(values: dict[str, object]) -> str:
    return "   ".join(f"{name} {value}" for name, value in values.items())
