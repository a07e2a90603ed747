"""The pages "News corpus" in Airflow's UI."""
