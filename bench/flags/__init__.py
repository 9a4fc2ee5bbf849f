"""How fast flags are decided and answered, beside the peers; what people in memory cost."""
