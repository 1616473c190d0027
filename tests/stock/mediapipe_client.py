"""What an app does with MediaPipe's TextClassifier; run in an environment that has nothing of ours.

python mediapipe_client.py FILE        texts as JSON on standard input, their categories as JSON on standard output
"""

import json
import sys

from mediapipe.tasks.python import text
from mediapipe.tasks.python.core.base_options import BaseOptions

options = text.TextClassifierOptions(base_options=BaseOptions(model_asset_path=sys.argv[1]))
with text.TextClassifier.create_from_options(options) as classifier:
    answers = [classifier.classify(one).classifications[0].categories for one in json.load(sys.stdin)]
print(json.dumps([{entry.category_name: entry.score for entry in entries} for entries in answers]))
