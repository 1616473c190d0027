"""The supported model families: each says how transformers names what our encoder holds."""

from edge_power.model.families.albert import ALBERT
from edge_power.model.families.bert import BERT
from edge_power.model.families.distilbert import DISTILBERT
from edge_power.model.families.electra import ELECTRA
from edge_power.model.families.family import Family
from edge_power.model.families.roberta import CAMEMBERT, ROBERTA, XLM_ROBERTA

__all__ = ["FAMILIES", "Family"]

FAMILIES = {
    family.model_type: family for family in (BERT, ALBERT, DISTILBERT, ROBERTA, XLM_ROBERTA, CAMEMBERT, ELECTRA)
}
