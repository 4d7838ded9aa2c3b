#!/usr/bin/python3
"""Trains churn.onnx: whether a customer leaves within 30 days.

Rerun:  /usr/bin/python3 samples/customers/train.py     (Debian 12: python3-sklearn 1.2.1, python3-onnx 1.12.0; about half a minute)

Writes churn.onnx, first-rows.csv (customers of the default seed as the generator makes them), expected.csv (this script's own
probabilities for them) and metrics.json, all beside itself. The training customers come from another seed than the demo's.
The truth is a hidden rule with chance on top, so no model can reach an AUC of 1; metrics.json also has the rule's own AUC, the best possible.
"""
import csv
import datetime
import json
import pathlib
import numpy as np
import onnx
from onnx import TensorProto, helper
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import brier_score_loss, roc_auc_score
import generator as customers

HERE = pathlib.Path(__file__).resolve().parent
TRAINING_SEED, DEMO_SEED, CHANCE_SEED = 20_261_101, 7, 5
TRAINING_ROWS, HELD_OUT_ROWS, GOLDEN_ROWS = 300_000, 100_000, 200
TREES, LEAVES, RATE = 150, 31, 0.08
M64 = (1 << 64) - 1


def rotate(x, bits):
    return ((x << bits) | (x >> (64 - bits))) & M64


def xxhash64(data, seed=0):
    """XxHash64 of less than 32 bytes."""
    p1, p2, p3, p4, p5 = 11400714785074694791, 14029467366897019727, 1609587929392839161, 9650029242287828579, 2870177450012600261
    assert len(data) < 32
    h = (seed + p5 + len(data)) & M64
    at = 0
    while at + 8 <= len(data):
        word = int.from_bytes(data[at:at + 8], 'little')
        h = (rotate(h ^ (rotate(word * p2 & M64, 31) * p1 & M64), 27) * p1 + p4) & M64
        at += 8
    if at + 4 <= len(data):
        h = (rotate(h ^ (int.from_bytes(data[at:at + 4], 'little') * p1 & M64), 23) * p2 + p3) & M64
        at += 4
    for byte in data[at:]:
        h = rotate(h ^ (byte * p5 & M64), 11) * p1 & M64
    h = (h ^ (h >> 33)) * p2 & M64
    h = (h ^ (h >> 29)) * p3 & M64
    return h ^ (h >> 32)


assert xxhash64(b'') == 0xEF46DB3751D8E999 and xxhash64(b'abc') == 0x44BC2CF5AD770999
DOMAIN_BUCKETS = np.array([xxhash64(b'mail%04d.example' % rank) % 64 for rank in range(customers.DOMAIN_COUNT)])


def features(c):
    """The steps of features.yaml, in float32 as the scorer computes them."""
    f = np.float32
    last_order_day = np.floor(c['last_order_seconds'] / 86_400)
    month = (c['signup_day'].astype('datetime64[D]').astype('datetime64[M]').astype(np.int64) % 12) + 1
    columns = [c['signup_day'], month, last_order_day, np.isnan(last_order_day)]
    columns += [c['country'] == index for index in range(len(customers.COUNTRIES))]
    columns += [c['plan'], np.clip(np.where(np.isnan(c['age']), 38, c['age']), 18, 80), np.isnan(c['age']), c['orders_90d'],
                np.log1p(c['revenue_90d'].astype(f)), c['avg_basket'], np.clip(c['support_tickets'], 0, 5),
                (c['discount_share'] - f(0.15)) / f(0.13), c['is_business'],
                np.searchsorted([-100, -25, 0, 50, 200, 1000], c['balance'].astype(f), side='right'), DOMAIN_BUCKETS[c['domain']], c['visits_30d']]
    return np.column_stack([column.astype(f) for column in columns])


def hidden_rule(c):
    """The log odds of leaving: what a model has to find out."""
    since_order = np.nan_to_num((customers.FIRST_DAY_NUMBER * 86_400 - c['last_order_seconds']) / 86_400, nan=400.0)
    tenure = customers.FIRST_DAY_NUMBER - c['signup_day']
    young = np.nan_to_num(c['age'], nan=38) < 27
    brazil_or_india = (c['country'] == 4) | (c['country'] == 5)
    return (0.3 - 0.06 * c['visits_30d'] - 0.16 * c['orders_90d'] + 0.006 * np.minimum(since_order, 300) + 0.7 * c['support_tickets'] + 3.5 * c['discount_share'].astype(np.float64)
            + np.array([0.4, 0.0, -0.6, -1.4])[c['plan']] - 0.15 * np.log1p(c['revenue_90d']) + 1.1 * (brazil_or_india & young) + 0.9 * (c['balance'] < -25)
            + 0.8 * (tenure < 150) - 0.5 * c['is_business'] * (c['plan'] >= 2) + 0.25 * np.isnan(c['age']) + 0.3 * (DOMAIN_BUCKETS[c['domain']] % 7 == 0) - 1.4)


def centre_thresholds(model, x):
    """Moves each threshold to the middle of the gap above it, so that the last bit of a feature (two ways to compute a logarithm) decides nothing."""
    values = [np.unique(column[~np.isnan(column)]) for column in x.T]
    for (predictor,) in model._predictors:
        for node in predictor.nodes:
            if not node['is_leaf'] and np.isfinite(node['num_threshold']):
                column = values[node['feature_idx']]
                above = np.searchsorted(column, node['num_threshold'], side='right')
                if 0 < above < len(column):
                    node['num_threshold'] = (float(column[above - 1]) + float(column[above])) / 2


def export(model, feature_count, path):
    """The boosted trees as one TreeEnsembleClassifier: label and both probabilities."""
    nodes = {key: [] for key in ['nodes_treeids', 'nodes_nodeids', 'nodes_featureids', 'nodes_values', 'nodes_modes', 'nodes_truenodeids', 'nodes_falsenodeids',
                                 'nodes_missing_value_tracks_true', 'nodes_hitrates']}
    leaves = {key: [] for key in ['class_treeids', 'class_nodeids', 'class_ids', 'class_weights']}
    for tree, (predictor,) in enumerate(model._predictors):
        for index, node in enumerate(predictor.nodes):
            leaf = bool(node['is_leaf'])
            threshold = np.float32(node['num_threshold'])
            if threshold > node['num_threshold']:  # round down, so that x <= threshold is the same for every float32 x
                threshold = np.nextafter(threshold, np.float32(-np.inf))
            values = [tree, index, 0 if leaf else int(node['feature_idx']), 0.0 if leaf else float(threshold), 'LEAF' if leaf else 'BRANCH_LEQ',
                      0 if leaf else int(node['left']), 0 if leaf else int(node['right']), 0 if leaf else int(node['missing_go_to_left']), 1.0]
            for key, value in zip(nodes, values):
                nodes[key].append(value)
            if leaf:
                for key, value in zip(leaves, [tree, index, 0, float(node['value'])]):
                    leaves[key].append(value)
    node = helper.make_node('TreeEnsembleClassifier', ['features'], ['churn', 'churn_probability'], domain='ai.onnx.ml', classlabels_int64s=[0, 1], post_transform='LOGISTIC',
                            base_values=[float(np.ravel(model._baseline_prediction)[0])], **nodes, **leaves)
    graph = helper.make_graph([node], 'customer_churn', [helper.make_tensor_value_info('features', TensorProto.FLOAT, [None, feature_count])],
                              [helper.make_tensor_value_info('churn', TensorProto.INT64, [None]), helper.make_tensor_value_info('churn_probability', TensorProto.FLOAT, [None, 2])])
    result = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 15), helper.make_opsetid('ai.onnx.ml', 3)], producer_name='samples/customers/train.py')
    result.ir_version = 8
    onnx.checker.check_model(result)
    onnx.save(result, str(path))
    return len(nodes['nodes_nodeids'])


def write_golden(model):
    c = customers.first_day(DEMO_SEED, np.arange(1, GOLDEN_ROWS + 1))
    day = lambda number: (datetime.date(1970, 1, 1) + datetime.timedelta(days=int(number))).isoformat()
    text = lambda value: '' if np.isnan(value) else repr(float(value))
    with open(HERE / 'first-rows.csv', 'w', newline='') as file:
        out = csv.writer(file, lineterminator='\n')
        out.writerow(['customer_id', 'signup_date', 'last_order_unix_seconds', 'country', 'plan', 'age', 'orders_90d', 'revenue_90d', 'avg_basket', 'support_tickets',
                      'discount_share', 'is_business', 'balance', 'email_domain', 'visits_30d'])
        for i in range(GOLDEN_ROWS):
            out.writerow([int(c['customer_id'][i]), day(c['signup_day'][i]), text(c['last_order_seconds'][i]), customers.COUNTRIES[c['country'][i]], customers.PLANS[c['plan'][i]],
                          text(c['age'][i]), int(c['orders_90d'][i]), repr(float(c['revenue_90d'][i])), text(c['avg_basket'][i]), int(c['support_tickets'][i]),
                          repr(float(c['discount_share'][i])), int(c['is_business'][i]), repr(float(c['balance'][i])), 'mail%04d.example' % c['domain'][i], int(c['visits_30d'][i])])
    with open(HERE / 'expected.csv', 'w') as file:
        file.write('customer_id,churn_probability_1\n')
        for i, p in enumerate(model.predict_proba(features(c))[:, 1]):
            file.write(f'{i + 1},{np.float32(p):.9g}\n')


def main():
    c = customers.first_day(TRAINING_SEED, np.arange(1, TRAINING_ROWS + HELD_OUT_ROWS + 1))
    odds = hidden_rule(c)
    truth = (np.random.default_rng(CHANCE_SEED).random(len(odds)) < 1 / (1 + np.exp(-odds))).astype(int)
    x = features(c)
    model = HistGradientBoostingClassifier(max_iter=TREES, max_leaf_nodes=LEAVES, learning_rate=RATE, early_stopping=False, min_samples_leaf=50, random_state=1)
    model.fit(x[:TRAINING_ROWS], truth[:TRAINING_ROWS])
    centre_thresholds(model, x[:TRAINING_ROWS])
    given, held = model.predict_proba(x[TRAINING_ROWS:])[:, 1], truth[TRAINING_ROWS:]
    node_count = export(model, x.shape[1], HERE / 'churn.onnx')
    write_golden(model)
    metrics = {
        'training_rows': TRAINING_ROWS, 'held_out_rows': HELD_OUT_ROWS, 'features': x.shape[1], 'trees': TREES, 'leaves_a_tree': LEAVES, 'nodes': node_count,
        'churn_share': round(float(held.mean()), 4),
        'held_out_auc': round(roc_auc_score(held, given), 4),
        'best_possible_auc': round(roc_auc_score(held, odds[TRAINING_ROWS:]), 4),
        'held_out_brier': round(brier_score_loss(held, given), 4),
        'model_bytes': (HERE / 'churn.onnx').stat().st_size,
    }
    (HERE / 'metrics.json').write_text(json.dumps(metrics, indent=2) + '\n')
    print(json.dumps(metrics, indent=2))


if __name__ == '__main__':
    main()
