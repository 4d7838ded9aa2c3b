# Makes the small models of the executor tests: /usr/bin/python3 make_fixtures.py (Debian 12: python3-onnx 1.12, python3-numpy).
import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh

W3 = np.array([[1.0], [10.0], [100.0]])


def save(name, nodes, ins, outs, inits=()):
    graph = h.make_graph(nodes, name, ins, outs, list(inits))
    model = h.make_model(graph, opset_imports=[h.make_opsetid('', 15), h.make_opsetid('ai.onnx.ml', 3)], producer_name='batchengine-tests')
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, name + '.onnx')


def value(name, kind, *shape):
    return h.make_tensor_value_info(name, kind, list(shape))


def init(name, array):
    return nh.from_array(np.asarray(array), name)


# y = a + 10 b + 100 c + 0.5, one float matrix
save('linear', [h.make_node('Gemm', ['x', 'w', 'b'], ['y'])], [value('x', T.FLOAT, None, 3)], [value('y', T.FLOAT, None, 1)],
     [init('w', W3.astype(np.float32)), init('b', np.array([0.5], np.float32))])
# the same in double
save('linear_double', [h.make_node('Gemm', ['x', 'w', 'b'], ['y'])], [value('x', T.DOUBLE, None, 3)], [value('y', T.DOUBLE, None, 1)],
     [init('w', W3), init('b', np.array([0.5]))])
# the same for batches of exactly four rows
save('linear_of_four', [h.make_node('Gemm', ['x', 'w', 'b'], ['y'])], [value('x', T.FLOAT, 4, 3)], [value('y', T.FLOAT, 4, 1)],
     [init('w', W3.astype(np.float32)), init('b', np.array([0.5], np.float32))])
# a single probability
save('sigmoid', [h.make_node('Gemm', ['x', 'w', 'b'], ['z']), h.make_node('Sigmoid', ['z'], ['p'])], [value('x', T.FLOAT, None, 3)], [value('p', T.FLOAT, None, 1)],
     [init('w', (W3 / 100).astype(np.float32)), init('b', np.array([0.0], np.float32))])
# one input per column, every type; text as the length of its code
save('columns', [
    h.make_node('Cast', ['b'], ['bf'], to=T.FLOAT), h.make_node('Cast', ['c'], ['cf'], to=T.FLOAT), h.make_node('Cast', ['d'], ['df'], to=T.FLOAT),
    h.make_node('Cast', ['e'], ['ef'], to=T.FLOAT), h.make_node('Reshape', ['cf', 'col'], ['cc']), h.make_node('Reshape', ['ef', 'col'], ['ee']),
    h.make_node('LabelEncoder', ['f'], ['ff'], domain='ai.onnx.ml', keys_strings=['red', 'blue'], values_floats=[1.0, 2.0], default_float=-1.0),
    h.make_node('Concat', ['a', 'bf', 'cc', 'df', 'ee', 'ff'], ['v'], axis=1)],
    [value('a', T.FLOAT, None, 1), value('b', T.DOUBLE, None, 1), value('c', T.INT32, None), value('d', T.INT64, None, 1), value('e', T.BOOL, None), value('f', T.STRING, None, 1)],
    [value('v', T.FLOAT, None, 6)], [init('col', np.array([-1, 1], np.int64))])
# int64 kept exact: d - 2^53 is lost in any float
save('exact', [h.make_node('Sub', ['d', 'two53'], ['s']), h.make_node('Cast', ['s'], ['r'], to=T.FLOAT)], [value('d', T.INT64, None, 1)], [value('r', T.FLOAT, None, 1)],
     [init('two53', np.array([2 ** 53], np.int64))])


def classifier(name, zipmap, **labels):
    nodes = [h.make_node('LinearClassifier', ['x'], ['label', 'raw' if zipmap else 'probabilities'], domain='ai.onnx.ml', coefficients=[1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0],
                         intercepts=[0.0, 0.0, 0.0], post_transform='SOFTMAX', multi_class=1, **{k if k.endswith('strings') else 'classlabels_ints': v for k, v in labels.items()})]
    kind = T.STRING if 'classlabels_strings' in labels else T.INT64
    if zipmap:
        nodes.append(h.make_node('ZipMap', ['raw'], ['probabilities'], domain='ai.onnx.ml', **labels))
        out = onnx.ValueInfoProto(name='probabilities')
        out.type.sequence_type.elem_type.map_type.key_type = kind
        out.type.sequence_type.elem_type.map_type.value_type.tensor_type.elem_type = T.FLOAT
    else:
        out = value('probabilities', T.FLOAT, None, 3)
    save(name, nodes, [value('x', T.FLOAT, None, 3)], [value('label', kind, None), out])


classifier('classes_int', False, classlabels_int64s=[0, 1, 2])
classifier('classes_text', False, classlabels_strings=['cat', 'dog', 'owl'])
classifier('classes_map_text', True, classlabels_strings=['cat', 'dog', 'owl'])
classifier('classes_map_int', True, classlabels_int64s=[7, 8, 9])
# three outputs, one of them without a declared width
save('many_outputs', [h.make_node('Gemm', ['x', 'w', 'b'], ['y']), h.make_node('Identity', ['x'], ['copy']), h.make_node('ArgMax', ['x'], ['top'], axis=1, keepdims=0)],
     [value('x', T.FLOAT, None, 3)], [value('y', T.FLOAT, None, 1), value('copy', T.FLOAT, None, None), value('top', T.INT64, None)],
     [init('w', W3.astype(np.float32)), init('b', np.array([0.5], np.float32))])
# one stump per feature 0: below 1.5 gives 10, else 20, missing goes with the larger ones
save('stump', [h.make_node('TreeEnsembleRegressor', ['x'], ['y'], domain='ai.onnx.ml', n_targets=1, nodes_treeids=[0, 0, 0], nodes_nodeids=[0, 1, 2], nodes_featureids=[0, 0, 0],
     nodes_values=[1.5, 0.0, 0.0], nodes_modes=['BRANCH_LT', 'LEAF', 'LEAF'], nodes_truenodeids=[1, 0, 0], nodes_falsenodeids=[2, 0, 0],
     nodes_missing_value_tracks_true=[0, 0, 0], nodes_hitrates=[1.0, 1.0, 1.0], target_treeids=[0, 0], target_nodeids=[1, 2], target_ids=[0, 0], target_weights=[10.0, 20.0])],
     [value('x', T.FLOAT, None, 3)], [value('y', T.FLOAT, None, 1)])
# gives infinity where the first feature is 0
save('reciprocal', [h.make_node('Slice', ['x', 'zero', 'one', 'axis'], ['first']), h.make_node('Reciprocal', ['first'], ['y'])], [value('x', T.FLOAT, None, 3)],
     [value('y', T.FLOAT, None, 1)], [init('zero', np.array([0], np.int64)), init('one', np.array([1], np.int64)), init('axis', np.array([1], np.int64))])
