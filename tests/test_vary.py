"""Controls for a function's arguments: what they can be, where they start, and what a reader without a kernel sees."""

from dataclasses import dataclass

import ipywidgets
import pytest

import dslab.widgets.vary as views
from dslab import DslabError, diagram, vary
from dslab.charts.downtime import replicas
from dslab.protocols.rpc import DEMO


def doubled(n: int, times: float = 2.0, loud: bool = False) -> str:
    return str(n * times) + "!" * loud


def test_each_range_has_its_control_and_a_slider_says_its_unit():
    controls = vary(doubled, n=[1, 2, 3], times=(0.0, 5.0, "times"), loud=True).controls
    assert [type(control) for control in controls.values()] == [
        ipywidgets.Dropdown, ipywidgets.FloatSlider, ipywidgets.Checkbox]
    assert controls["times"].description == "times (times)"
    assert (controls["times"].step, controls["times"].readout_format) == (0.1, ".1f")


def test_a_slider_moves_by_the_step_that_is_given_and_by_whole_numbers_between_whole_numbers():
    assert vary(doubled, n=(1, 9, 2)).controls["n"].step == 2
    assert type(vary(doubled, n=(1, 9)).controls["n"]) is ipywidgets.IntSlider
    assert vary(doubled, n=(0, 1, 0.25, "s")).controls["n"].step == 0.25


def test_it_starts_at_the_defaults_of_the_function_and_else_at_the_low_end():
    shown = vary(doubled, n=(3, 9), times=(0.0, 5.0))
    assert shown.value == "6.0"
    with pytest.raises(DslabError, match="times=2.0 is the function's default, and not among the choices"):
        vary(doubled, n=(3, 9), times=(3.0, 5.0))
    with pytest.raises(DslabError, match="not among the choices"):
        vary(doubled, n=(3, 9), times=[3.0, 5.0])


def test_what_is_shown_follows_the_controls_and_an_error_is_a_sentence():
    shown = vary(lambda n: str(10 // n), n=(1, 0 + 5))
    assert "10" in shown.page.value
    shown.controls["n"].value = 5
    assert "<pre" in shown.page.value and ">2<" in shown.page.value
    failing = vary(lambda n: str(10 // (n - 3)), n=(1, 5))
    failing.controls["n"].value = 3
    assert "ZeroDivisionError" in failing.page.value


def test_without_a_kernel_it_is_the_text_and_the_html_of_the_first_value(monkeypatch):
    shown = vary(doubled, n=(3, 9))
    assert shown._repr_mimebundle_() == {"text/plain": "6.0", "text/html": shown._repr_html_()}
    monkeypatch.setattr(views, "has_kernel", lambda: True)
    assert {"text/plain", "text/html"} < set(shown._repr_mimebundle_())


def test_a_diagram_is_its_picture_and_its_text():
    shown = vary(lambda last: diagram(DEMO, last=last), last=(2, 9))
    assert shown._repr_html_().count("<svg") == 1 and "shop" in repr(shown)


def test_a_chart_that_is_drawn_again_keeps_its_axes_in_place():
    first, second = (replicas([1, 3], {"any": [p, 2 * p]}, title="T") for p in (0.1, 0.2))
    assert 'aria-label="T"' in first.redrawn()
    second.redrawn(first)
    assert second.axes[0].get_position().bounds == first.axes[0].get_position().bounds


def test_a_widget_takes_the_place_of_the_one_before():
    shown = vary(lambda n: ipywidgets.Label(str(n)), n=(1, 5))
    shown.controls["n"].value = 4
    assert shown.children[1].value == "4"


def test_html_of_the_value_s_own_wins_over_its_text():
    @dataclass
    class Page:
        def _repr_html_(self) -> str:
            return "<b>bold</b>"

    assert vary(lambda n: Page(), n=(1, 2))._repr_html_() == "<b>bold</b>"
    assert "&lt;b&gt;" in vary(lambda n: "<b>", n=(1, 2))._repr_html_()


def test_a_menu_may_name_its_values():
    shown = vary(lambda times: doubled(2, times), times={"once": 1.0, "twice": 2.0})
    assert shown.value == "2.0"
    shown.controls["times"].label = "twice"
    assert shown.value == "4.0"
