"""Measurements of vmexporter against a real VictoriaMetrics; see README.md beside this file."""
