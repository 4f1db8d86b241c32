"""The lab: plan -> launch -> verify -> load -> analyse -> report, one file a stage."""
