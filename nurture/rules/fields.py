"""A StreamField whose blocks are the registered triggers, conditions or actions."""

from functools import cached_property

from wagtail import blocks
from wagtail.fields import StreamField

from nurture import registry


class RegistryStreamField(StreamField):
    """Choices come from the registry, so a new trigger, condition or action is no migration."""

    def __init__(self, registry_kind: str, **kwargs):
        self.registry_kind = registry_kind
        super().__init__([], **kwargs)

    @cached_property
    def stream_block(self):
        """One child block for each entry, built when first used: entries register while apps load, after the model."""
        children = [(entry.key, entry.block(label=entry.label)) for entry in registry.entries(self.registry_kind)]
        block = blocks.StreamBlock(children)
        block.set_meta_options(self.block_opts)
        return block

    def deconstruct(self):
        """Without the blocks: a migration knows the kind only."""
        name, path, _, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        return name, path, [self.registry_kind], kwargs
