"""An exported network as an evaluator, run by ONNX Runtime; torch is not imported."""

from collections.abc import Collection

import numpy as np
import onnxruntime

from gomoku.rules import Rules
from mcts.evaluation import Evaluation, Positions
from nets.config import check_rules, numbers_of_both

UNFAITHFUL = "in 8-bit integers the network is another one"
"""How the message begins that refuses a quantized network."""

SLOWER = "on this machine 8-bit integers are no faster"


class OnnxEvaluator:
    """Evaluates positions with a network in the ONNX format of `nets.export`."""

    def __init__(
        self,
        model: bytes,
        *,
        threads: int = 1,
        rules: Collection[Rules] | None = None,
    ) -> None:
        """Load a serialized model.

        threads: of one evaluation; in self-play every lane has an evaluator of one thread.
        rules: rule sets the network has been trained on; None allows everything.
        """
        self._trained = rules
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Threads that spin while they wait would take the core of another lane.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(model, options, ["CPUExecutionProvider"])

    def evaluate(self, positions: Positions) -> Evaluation:
        """Priors are probabilities over all points, occupied ones included.

        Raises:
            UnsupportedRulesError: if the network has not been trained on such rules.
        """
        rules = positions.rules
        check_rules(rules, self._trained)
        prior, value, draw = self._session.run(
            ["prior", "value", "draw"],
            {
                "boards": positions.cells.reshape(-1, rules.size, rules.size),
                "to_move": positions.to_move,
                "last_move": positions.last_move,
                "rules": np.array(numbers_of_both(rules), np.float32),
            },
        )
        return Evaluation(prior, value, draw)
