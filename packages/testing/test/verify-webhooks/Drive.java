import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

public final class Drive {
  public static void main(String[] args) throws Exception {
    for (String line : Files.readString(Path.of(args[0])).split("\n")) {
      byte[][] fields = Arrays.stream(line.split(" ", -1)).map(Base64.getDecoder()::decode).toArray(byte[][]::new);
      String[] texts = Arrays.stream(fields).map(field -> new String(field, UTF_8)).toArray(String[]::new);
      var headers = Map.of("webhook-id", texts[2], "webhook-timestamp", texts[3], "webhook-signature", texts[4]);
      boolean good =
          texts[0].equals("nolux")
              ? WebhookVerifier.verifyNolux(texts[1], texts[4], fields[5])
              : WebhookVerifier.verify(texts[1], headers, fields[5], Long.parseLong(texts[6]));
      System.out.print(good ? "+" : "-");
    }
  }
}
