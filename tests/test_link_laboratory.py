"""What the laboratory says of its links."""

from dslab.experiments.link_layers import LAYERS, layer_table, promises_kept


def test_each_layer_keeps_one_promise_more_in_every_run():
    always_kept = {name: [kept == 60 for kept in promises_kept(link, range(60))] for name, link in LAYERS.items()}
    assert always_kept == {"fair loss": [True, False, False, False, False],
                           "stubborn": [True, False, True, False, False],
                           "perfect": [True, True, True, False, False],
                           "FIFO": [True, True, True, True, True]}


def test_the_table_has_a_line_for_each_link():
    heading, *lines = layer_table(20).splitlines()
    assert heading.split("  ")[0] == "kept in 20 runs" and "first in first out" in heading
    assert [line.split("  ")[0] for line in lines] == list(LAYERS)
    assert lines[-1].split()[-5:] == ["20"] * 5
    assert {len(line) for line in lines} == {len(heading)}
