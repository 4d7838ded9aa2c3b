"""Times XGBoost's inplace_predict on one thread: xgboost_peer.py MODEL.json FOLDER FEATURES PASSES.

FOLDER holds rows.f32 (row by row); predictions.f32 is written there. Seconds of each pass go to standard output as JSON.
"""
import json
import sys
import time

import numpy as np
import xgboost as xgb

model, folder, features, passes = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
rows = np.fromfile(f"{folder}/rows.f32", dtype=np.float32).reshape(-1, features)
booster = xgb.Booster({"nthread": 1})
booster.load_model(model)
booster.set_param({"nthread": 1})
booster.inplace_predict(rows[:4096])
seconds = []
for _ in range(passes):
    started = time.perf_counter()
    predictions = booster.inplace_predict(rows)
    seconds.append(time.perf_counter() - started)
predictions.astype(np.float32).tofile(f"{folder}/predictions.f32")
print(json.dumps(seconds))
