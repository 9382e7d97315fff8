import static java.nio.charset.StandardCharsets.UTF_8;

import com.standardwebhooks.Webhook;
import java.net.http.HttpHeaders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

public final class DriveLibrary {
  public static void main(String[] args) throws Exception {
    for (String line : Files.readString(Path.of(args[0])).split("\n")) {
      byte[][] fields = Arrays.stream(line.split(" ", -1)).map(Base64.getDecoder()::decode).toArray(byte[][]::new);
      String[] texts = Arrays.stream(fields).map(field -> new String(field, UTF_8)).toArray(String[]::new);
      var names = List.of("webhook-id", "webhook-timestamp", "webhook-signature");
      var values = Map.of(names.get(0), List.of(texts[2]), names.get(1), List.of(texts[3]), names.get(2), List.of(texts[4]));
      try {
        Webhook webhook = texts[1].startsWith("whsec_") ? new Webhook(texts[1]) : new Webhook(fields[1]);
        webhook.verify(texts[5], HttpHeaders.of(values, (name, value) -> true));
        System.out.print("+");
      } catch (Exception refused) {
        System.out.print("-");
      }
    }
  }
}
