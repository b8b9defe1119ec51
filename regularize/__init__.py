"""Fine-tuning of text classifiers, fed by the augmentation pipeline."""
