"""The server: the only room that speaks HTTP; asks time series databases and maps their failures to ours."""
