"""newsmill: raw news articles in, a clean Parquet corpus out.

Start reading at `newsmill.pipeline`. Keep this module empty: Airflow's processes import it at start.
"""
