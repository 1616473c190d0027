"""The delegation report: what XNNPACK takes of each ExecuTorch program, and what ExecuTorch's own kernels run."""


def delegation(conversion, program):
    return conversion("executorch").program(program).delegation


def test_every_product_with_weights_is_delegated(conversion):
    found = delegation(conversion, "topk_12")
    assert found.delegate == "XnnpackBackend"
    # Query, key, value, output, expand and contract of the first encoder; the last encoder's keys and values are
    # products of another kind; and the head's two.
    assert found.inside["aten_linear_default"] == 6 + 4 + 2
    assert "aten_linear_default" not in found.outside


def test_choosing_words_is_left_to_executorch(conversion):
    found = delegation(conversion, "topk_12")
    assert found.outside["aten_topk_default"] == 1
    assert found.outside["aten_embedding_default"] == 2
    assert "aten_topk_default" not in delegation(conversion, "full_8").outside


def test_nodes_that_compute_nothing_are_not_counted(conversion):
    for name in ("topk_12", "full_8"):
        found = delegation(conversion, name)
        assert not {"getitem", "executorch_call_delegate", "alloc"} & {*found.inside, *found.outside}
        assert min((*found.inside.values(), *found.outside.values())) >= 1
        assert list(found.inside) == sorted(found.inside) and list(found.outside) == sorted(found.outside)


def test_other_engines_have_none(conversion):
    assert {program.delegation for program in conversion("onnx").artifact.programs} == {None}
