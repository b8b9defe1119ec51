"""Jobs: whole data sets through the pipeline, in processes of their own, whatever dies."""
