# Makes the small network of the simulation: /usr/bin/python3 make_fixtures.py (Debian 12: python3-onnx 1.12, python3-numpy).
# One layer's weights are used 24 times over, so that a row costs a microsecond or two and the file stays small.
import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh

LAYERS, WIDTH = 24, 64
random = np.random.default_rng(5)
inits = [nh.from_array(random.normal(0, 0.7, (4, WIDTH)).astype(np.float32), 'first'),
         nh.from_array(random.normal(0, 0.17, (WIDTH, WIDTH)).astype(np.float32), 'again'),
         nh.from_array(random.normal(0, 0.4, (WIDTH, 1)).astype(np.float32), 'last')]
nodes = [h.make_node('MatMul', ['x', 'first'], ['h0'])]
for i in range(LAYERS):
    nodes += [h.make_node('MatMul', [f'h{i}', 'again'], [f'm{i}']), h.make_node('Tanh', [f'm{i}'], [f'h{i + 1}'])]
nodes += [h.make_node('MatMul', [f'h{LAYERS}', 'last'], ['z']), h.make_node('Sigmoid', ['z'], ['p'])]
graph = h.make_graph(nodes, 'network', [h.make_tensor_value_info('x', T.FLOAT, [None, 4])], [h.make_tensor_value_info('p', T.FLOAT, [None, 1])], inits)
model = h.make_model(graph, opset_imports=[h.make_opsetid('', 15)], producer_name='batchengine-tests')
model.ir_version = 8
onnx.checker.check_model(model)
onnx.save(model, 'network.onnx')
